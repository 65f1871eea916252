// Makes a list or edits one: its category, actions, look, lanes, and what is said to whoever is refused.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { LaneChoice } from './lane_choice.js';
import { LayerChoice } from './layers.js';
import { ActionChoice } from './lists.js';
import { LookChoice } from './look_choice.js';
import { USUAL } from './particulars.js';
import { t } from './say.js';

const NEW = {
  name: '', kind: 'words', category: '', question_action: 'block', answer_action: 'mask', note: '', enabled: true,
  lanes: { ...USUAL }, style: null, replacement: null, refusal_zh: '', refusal_en: '',
  layer: 'organisation',
};

/** What the preset has for a new list of this category. */
export const usualActions = (usual, category) => {
  const { question, answer } = usual?.categories[category.trim()] ?? usual?.default ?? {};
  return question ? { question_action: question, answer_action: answer } : {};
};

/** Makes a list (no `list`) or edits one. `onSave(fields)` returns a promise and may reject with a problem. */
export function ListDialog({ list, usual, classes, onSave, onDelete, onClose }) {
  const [fields, setFields] = useState(() => list ?? { ...NEW, ...usualActions(usual, '') });
  const [chosen, setChosen] = useState(Boolean(list)); // by hand: the category no longer decides
  const [problem, setProblem] = useState(null);
  const set = (change) => setFields((old) => ({ ...old, ...change }));
  const text = (name) => (event) => set({ [name]: event.currentTarget.value });
  const category = (event) => set({ category: event.currentTarget.value, ...(chosen ? {} : usualActions(usual, event.currentTarget.value)) });
  const action = (name) => (value) => {
    setChosen(true);
    set({ [name]: value });
  };
  async function save(event) {
    event.preventDefault();
    const { name, kind, category, note, enabled, layer } = fields;
    const named = kind === 'allow' ? [] : ['question_action', 'answer_action', 'style', 'replacement', 'refusal_zh', 'refusal_en'];
    if (kind === 'words') named.push('lanes');
    const more = Object.fromEntries(named.map((field) => [field, fields[field]]));
    try {
      await onSave({ name, category, note, layer, ...more, ...(list ? { enabled } : { kind }) });
    } catch (error) {
      if (error.code !== 'changed_meanwhile') setProblem(error.message);
    }
  }
  return html`
    <${Dialog} title=${list ? t('editList') : t('newList')} onClose=${onClose}>
      <form class="stack" onSubmit=${save}>
        <label class="field"><span class="field-name">${t('listName')}</span>
          <input required maxlength="64" value=${fields.name} onInput=${text('name')} /></label>
        ${!list && html`<label class="field"><span class="field-name">${t('kind')}</span>
          <select value=${fields.kind} onChange=${text('kind')}>
            ${['words', 'detectors', 'allow'].map((kind) => html`<option key=${kind} value=${kind}>${t(`kind.${kind}`)}</option>`)}
          </select></label>`}
        <${LayerChoice} value=${fields.layer} classes=${classes} onChange=${(layer) => set({ layer })} />
        ${fields.kind !== 'allow' && html`
          <label class="field"><span class="field-name">${t('category')}</span>
            <input required maxlength="64" value=${fields.category} onInput=${category} /></label>
          <${ActionChoice} label=${`${t('direction.question')} · ${t('action')}`} value=${fields.question_action}
            onChange=${action('question_action')} />
          <${ActionChoice} label=${`${t('direction.answer')} · ${t('action')}`} value=${fields.answer_action}
            onChange=${action('answer_action')} />
          <${LookChoice} fields=${fields} onChange=${set} />
          ${fields.kind === 'words' && html`<${LaneChoice} value=${fields.lanes} onChange=${(lanes) => set({ lanes })} />`}
          ${['refusal_zh', 'refusal_en'].map((field) => html`<label key=${field} class="field"><span class="field-name">${t(field)}</span>
            <textarea rows="2" maxlength="300" value=${fields[field]} onInput=${text(field)}></textarea>
            <span class="hint">${t('refusal.hint')}</span></label>`)}`}
        <label class="field"><span class="field-name">${t('note')}</span>
          <input maxlength="500" value=${fields.note} onInput=${text('note')} /></label>
        ${list && html`<label class="check"><input type="checkbox" checked=${fields.enabled}
          onChange=${(event) => set({ enabled: event.currentTarget.checked })} />${t('enabled')}</label>`}
        ${problem && html`<p class="note refuse" role="alert">${problem}</p>`}
        <div class="row">
          <button class="button primary">${t('save')}</button>
          <button type="button" class="button" onClick=${onClose}>${t('cancel')}</button>
          ${list && html`<button type="button" class="button danger push" onClick=${onDelete}>${t('delete')}</button>`}
        </div>
      </form>
    <//>`;
}
