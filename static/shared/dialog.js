// Dialogs on the browser's own <dialog>: focus stays inside, Esc and a click beside it close it, focus goes back.
//   html`<${Dialog} title="…" onClose=${close} foot=${html`…`} kind="side|start|large">…<//>`
//   if (await confirm({title: '删除「几何」？', body: '…', action: '删除', danger: true})) …   – name what goes
// confirm needs <${Confirmations} /> on the page (startPage puts it there).

import { html, useEffect, useLayoutEffect, useRef, useState, useId } from '../vendor/preact.js';
import { texts } from './i18n.js';
import { IconButton } from './parts.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export function Dialog({ title, onClose, children, foot, kind = '' }) {
  const dialog = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const cancelled = (event) => {
    event.preventDefault(); // the owner takes the dialog off the page
    onClose();
  };
  const clicked = (event) => event.target === dialog.current && onClose();
  return html`<dialog ref=${dialog} class=${`sheet ${kind}`} aria-labelledby=${id} onCancel=${cancelled} onMouseDown=${clicked}>
    <div class="sheet-head">
      <h2 id=${id}>${title}</h2>
      <${IconButton} icon="x" label=${t('close')} onClick=${onClose} />
    </div>
    <div class="sheet-body">${children}</div>
    ${foot && html`<div class="sheet-foot">${foot}</div>`}
  </dialog>`;
}

let ask = null;

export function confirm(question) {
  return new Promise((resolve) => {
    if (ask) ask({ ...question, resolve });
    else resolve(false);
  });
}

export function Confirmations() {
  const [open, setOpen] = useState(null);
  useEffect(() => {
    ask = setOpen;
    return () => {
      ask = null;
    };
  }, []);
  if (!open) return null;
  const answer = (value) => () => {
    setOpen(null);
    open.resolve(value);
  };
  return html`<${Dialog} title=${open.title} onClose=${answer(false)} foot=${html`
    <button type="button" class="button" onClick=${answer(false)} autofocus>${t('cancel')}</button>
    <button type="button" class=${`button ${open.danger ? 'danger' : 'primary'}`} onClick=${answer(true)}>${open.action}</button>
  `}><p>${open.body}</p><//>`;
}
