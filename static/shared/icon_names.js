// The Lucide icons the pages use; vendor.mjs generates vendor/lucide/icons.js from this list. Add a name here first.
export const iconNames = `
activity arrow-down arrow-left arrow-right arrow-up ban bell book-open calendar chart-column chart-pie check
chevron-down chevron-left chevron-right chevron-up chevrons-left chevrons-right circle-alert circle-check circle-x clock copy corner-down-left
download ellipsis eraser eye eye-off file-down file-text file-up flag globe hash hourglass house info
key-round languages layers layout-list link list list-checks list-filter loader-circle lock log-in log-out menu
message-circle-question-mark message-square message-square-plus minus moon panel-left pencil play plus printer qr-code
redo-2 refresh-cw replace rotate-ccw save school search send-horizontal settings shield shield-alert shield-check
square square-pen sun table tag tags thumbs-down thumbs-up trash triangle-alert undo-2 upload user user-plus user-round users
wifi-off x zap`.trim().split(/\s+/);
