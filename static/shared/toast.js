// One quiet line that goes by itself: toast('已复制'); toast('已删除', {action: {label: '撤销', run: undo}});
// toast(problem.message, {kind: 'refuse'}). Screen readers hear it. startPage puts <${Toasts} /> on the page.
// It stands in that half of the window in which nobody is working, and moves when somebody begins to: never over what was
// touched last, nor over what has the focus. It lies over open dialogs, too.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { texts } from './i18n.js';
import { IconButton } from './parts.js';
import { texts as shared } from './texts.js';

const t = texts(shared);
const MOST = 3;
let shown = [];
let listener = null;
let nextId = 1;

function show(next) {
  shown = next.slice(-MOST);
  listener?.(shown);
}

const dismiss = (id) => show(shown.filter((each) => each.id !== id));

export function toast(text, { kind = '', action = null, seconds = action ? 10 : 5 } = {}) {
  const id = nextId++;
  show([...shown.filter((each) => each.text !== text), { id, text, kind, action }]);
  setTimeout(() => dismiss(id), seconds * 1000);
}

/** Where toasts stand while somebody works at this height of a window so high; of a dialog they leave the buttons free. */
export const sideFor = (y, height, inDialog = false) => (inDialog ? 'above edge' : y > height / 2 ? 'above' : 'below');

/** The half that is free; it follows touches and the focus. */
function useFreeSide() {
  const [side, setSide] = useState('below');
  useEffect(() => {
    const work = (event) => {
      const { target } = event;
      if (!(target instanceof Element) || target.closest('.toasts')) return;
      const place = target.getBoundingClientRect();
      const y = event.type === 'pointerdown' ? event.clientY : (place.top + place.bottom) / 2;
      setSide(sideFor(y, innerHeight, target.closest('dialog') !== null));
    };
    addEventListener('pointerdown', work, true);
    addEventListener('focusin', work, true);
    return () => {
      removeEventListener('pointerdown', work, true);
      removeEventListener('focusin', work, true);
    };
  }, []);
  return side;
}

export function Toasts() {
  const [items, setItems] = useState(shown);
  const side = useFreeSide();
  const box = useRef(null);
  useEffect(() => {
    // What was opened last lies on top: anew at every toast, or a dialog's veil would cover it.
    if (box.current.matches('[popover]:popover-open')) box.current.hidePopover();
    if (items.length > 0) box.current.showPopover();
  }, [items]);
  useEffect(() => {
    listener = setItems;
    return () => {
      listener = null;
    };
  }, []);
  const run = (item) => () => {
    dismiss(item.id);
    item.action.run();
  };
  return html`<div ref=${box} popover="manual" class=${`toasts ${side}`} role="status" aria-live="polite">
    ${items.map(
      (item) => html`<div class=${`toast ${item.kind}`} key=${item.id}>
        <span>${item.text}</span>
        ${item.action && html`<button type="button" class="button" onClick=${run(item)}>${item.action.label}</button>`}
        <${IconButton} icon="x" small label=${t('close')} onClick=${() => dismiss(item.id)} />
      </div>`,
    )}
  </div>`;
}
