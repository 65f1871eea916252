// Icons of Lucide: html`<${Icon} name="copy" />`. A picture beside a word says nothing to a screen reader; a button with
// only a picture needs aria-label and title (IconButton in parts.js does it). New names go into icon_names.js.

import { h } from '../vendor/preact.js';
import { icons } from '../vendor/lucide/icons.js';

export function Icon({ name, size = 18, turning = false }) {
  return h(
    'svg',
    {
      class: turning ? 'icon turning' : 'icon',
      width: size,
      height: size,
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.75,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    (icons[name] ?? []).map(([element, attributes]) => h(element, attributes)),
  );
}
