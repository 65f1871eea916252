// Where a question is written: grows to six lines, Enter sends, Shift+Enter breaks, and an Enter that belongs to an input
// method sends nothing. The stop button stands in place of send while an answer runs. The draft outlives a reload.

import { html, useEffect, useLayoutEffect } from '../vendor/preact.js';
import { number, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { IconButton } from '../shared/parts.js';
import { texts as own } from './texts.js';

const t = texts(own);
const MOST_LINES = 6;
const NEAR_LIMIT = 0.8;

/** Characters as the server counts them (an emoji is one). */
export const countChars = (text) => [...text.trim()].length;

/** Enter sends; not with Shift, and not while an input method composes (229: what older browsers say then). */
export const sends = (event) =>
  event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229;

function fit(field) {
  const style = getComputedStyle(field);
  const line = parseFloat(style.lineHeight);
  const around = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  field.style.setProperty('height', 'auto');
  const height = Math.min(field.scrollHeight, line * MOST_LINES + around);
  field.style.setProperty('height', `${height}px`);
  field.style.setProperty('overflow-y', field.scrollHeight > height + 1 ? 'auto' : 'hidden');
}

export function Composer({ place, draft, onDraft, limit, running, sending, stopping, onSend, onStop }) {
  useLayoutEffect(() => fit(place.current), [draft]);
  useEffect(() => {
    const again = () => fit(place.current);
    addEventListener('resize', again);
    return () => removeEventListener('resize', again);
  }, []);
  const chars = countChars(draft);
  const over = limit ? chars - limit : 0;
  const free = chars > 0 && over <= 0 && !running && !sending;
  const send = () => free && onSend(draft.trim());
  const pressed = (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    send();
  };
  const submitted = (event) => {
    event.preventDefault();
    send();
  };
  const near = limit && chars >= limit * NEAR_LIMIT;
  return html`<form class=${over > 0 ? 'composer over' : 'composer'} onSubmit=${submitted}>
    <label class="visually-hidden" for="question">${t('ask')}</label>
    <textarea id="question" ref=${place} rows="1" value=${draft} placeholder=${t('ask_placeholder')} enterkeyhint="send"
      aria-invalid=${over > 0 ? 'true' : undefined} aria-describedby="question-count"
      onInput=${(event) => onDraft(event.target.value)} onKeyDown=${pressed}></textarea>
    <span id="question-count" class="counter" hidden=${!near}>
      ${over > 0 ? t('counter_over', { n: over }) : t('counter', { n: number(chars), limit: number(limit ?? 0) })}
    </span>
    ${running
      ? html`<${IconButton} key="stop" icon="square" size=${14} kind="primary stop" label=${t(stopping ? 'stopping' : 'stop')}
          disabled=${stopping} onClick=${onStop} />`
      : html`<button key="send" type="submit" class="button icon primary" aria-label=${t('send')} title=${t('send')} disabled=${!free}>
          <${Icon} name=${sending ? 'loader-circle' : 'arrow-up'} turning=${sending} /></button>`}
  </form>`;
}
