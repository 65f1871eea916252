// Everything about one entry that the table has no column for: matching, lanes, look, day, and what an allow phrase spares.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { LaneChoice } from './lane_choice.js';
import { LookChoice } from './look_choice.js';
import { nameOf } from './particulars.js';
import { t } from './say.js';

const SAVED = {
  words: ['match', 'lanes', 'style', 'replacement', 'category', 'within', 'expires', 'note'],
  detectors: ['style', 'replacement', 'category', 'expires', 'note'],
  allow: ['scope', 'direction', 'expires', 'note'],
};

/** `categories`: those that an allow phrase may be limited to. `onSave(change)` says whether it is done. */
export function WordDialog({ word, list, categories, onSave, onClose }) {
  const [fields, setFields] = useState(word);
  const set = (change) => setFields((old) => ({ ...old, ...change }));
  const text = (name) => (event) => set({ [name]: event.currentTarget.value || null });
  async function save(event) {
    event.preventDefault();
    const change = Object.fromEntries(SAVED[list.kind].map((name) => [name, name === 'note' ? fields.note ?? '' : fields[name]]));
    if (await onSave(change)) onClose();
  }
  const pair = word.pair && html`<p class="pair-said">${t(`pair.${word.pair[1] === '&' ? 'and' : 'not'}`, { a: word.pair[0], b: word.pair[2] })}</p>`;
  return html`
    <${Dialog} title=${nameOf(word, list, t)} onClose=${onClose} kind="large">
      <form class="stack" onSubmit=${save}>
        ${pair}
        ${list.kind === 'words' && html`
          <label class="field"><span class="field-name">${t('match')}</span>
            <select aria-label=${t('match')} value=${fields.match} onChange=${(event) => set({ match: event.currentTarget.value })}>
              ${['auto', 'whole', 'prefix', 'substring'].map((way) => html`<option key=${way} value=${way}>${t(`match.${way}`)}</option>`)}
            </select><span class="hint">${t(`match.${fields.match}.hint`)}</span></label>
          ${word.pair && html`<label class="field"><span class="field-name">${t('within')}</span>
            <input type="number" min="0" max="100" placeholder="12" value=${fields.within ?? ''}
              onInput=${(event) => set({ within: event.currentTarget.value === '' ? null : Number(event.currentTarget.value) })} /></label>`}
          <${LaneChoice} value=${fields.lanes} inherit=${list.lanes} onChange=${(lanes) => set({ lanes })} />`}
        ${list.kind !== 'allow' && html`
          <${LookChoice} fields=${fields} inherit=${list.style} onChange=${set} />
          <label class="field"><span class="field-name">${t('category')}</span>
            <input maxlength="64" placeholder=${list.category} value=${fields.category ?? ''} onInput=${text('category')} /></label>`}
        ${list.kind === 'allow' && html`<${Scope} fields=${fields} categories=${categories} onChange=${set} />`}
        <label class="field"><span class="field-name">${t('expires')}</span>
          <input type="date" value=${fields.expires ?? ''} onInput=${text('expires')} /><span class="hint">${t('expires.hint')}</span></label>
        <label class="field"><span class="field-name">${t(list.kind === 'allow' ? 'allowReason' : 'note')}</span>
          <input maxlength="500" value=${fields.note ?? ''} onInput=${text('note')} /></label>
        <div class="row"><button class="button primary">${t('save')}</button>
          <button type="button" class="button" onClick=${onClose}>${t('cancel')}</button></div>
      </form>
    <//>`;
}

function Scope({ fields, categories, onChange }) {
  const all = [...new Set([...categories, ...fields.scope])];
  const toggle = (category, on) =>
    onChange({ scope: on ? [...fields.scope, category] : fields.scope.filter((each) => each !== category) });
  return html`
    <fieldset class="lanes"><legend class="field-name">${t('scope')}</legend><p class="hint">${t('scope.hint')}</p>
      ${all.map((category) => html`<label key=${category} class="check"><input type="checkbox" checked=${fields.scope.includes(category)}
        onChange=${(event) => toggle(category, event.currentTarget.checked)} />${category}</label>`)}</fieldset>
    <label class="field"><span class="field-name">${t('direction')}</span>
      <select aria-label=${t('direction')} value=${fields.direction ?? ''} onChange=${(event) => onChange({ direction: event.currentTarget.value || null })}>
        <option value="">${t('direction.both')}</option>
        ${['question', 'answer'].map((one) => html`<option key=${one} value=${one}>${t(`direction.${one}`)}</option>`)}
      </select></label>`;
}
