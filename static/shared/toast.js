// One quiet line that goes by itself: toast('已复制'); toast('已删除', {action: {label: '撤销', run: undo}});
// toast(problem.message, {kind: 'refuse'}). Screen readers hear it. startPage puts <${Toasts} /> on the page.

import { html, useEffect, useState } from '../vendor/preact.js';
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

export function Toasts() {
  const [items, setItems] = useState(shown);
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
  return html`<div class="toasts" role="status" aria-live="polite">
    ${items.map(
      (item) => html`<div class=${`toast ${item.kind}`} key=${item.id}>
        <span>${item.text}</span>
        ${item.action && html`<button type="button" class="button" onClick=${run(item)}>${item.action.label}</button>`}
        <${IconButton} icon="x" small label=${t('close')} onClick=${() => dismiss(item.id)} />
      </div>`,
    )}
  </div>`;
}
