// The left column: the lists with their counts, and the dialog that makes or edits one.

import { html, useState } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { Dialog } from '../shared/dialog.js';
import { IconButton } from '../shared/parts.js';
import { ACTIONS } from './actions.js';
import { t } from './say.js';

/** All lists; `chosen` is the id of the one that is shown, or null for all. */
export function Lists({ lists, chosen, onChoose, onNew, onEdit }) {
  const total = lists.reduce((sum, list) => sum + list.num_words, 0);
  const row = (id, name, count, list) => html`
    <li key=${id ?? 'all'} class="list-row">
      <button type="button" class="list-choose" aria-current=${chosen === id ? 'true' : null} onClick=${() => onChoose(id)}>
        <span class="list-name">
          ${list && html`<span class="dot" data-action=${strongestOf(list)}></span>`}
          <span>${name}</span>
        </span>
        <span class="list-count">${count}</span>
        ${list && html`<span class="list-about">${list.kind === 'allow' ? t('kind.allow') : list.category}
          ${!list.enabled && html` · ${t('disabled')}`}</span>`}
      </button>
      ${list && html`<${IconButton} small icon="square-pen" label=${`${t('editList')} ${name}`} onClick=${() => onEdit(list)} />`}
    </li>`;
  return html`
    <nav class="lists" aria-label=${t('lists')}>
      <div class="lists-head"><h2>${t('lists')}</h2>
        <button type="button" class="button small" onClick=${onNew}><${Icon} name="plus" />${t('newList')}</button></div>
      <ul>
        ${lists.length > 1 && row(null, t('allLists'), total, null)}
        ${lists.map((list) => row(list.id, list.name, list.num_words, list))}
      </ul>
      ${lists.length === 0 && html`<p class="quiet-text small">${t('emptyDesk')}</p>`}
    </nav>`;
}

const strongestOf = (list) =>
  list.kind === 'allow' ? 'allow' : ACTIONS.find((a) => a === list.question_action || a === list.answer_action) ?? 'log';

/** A choice of actions; `inherit` (an action or null) adds "as the list", else "not applied". */
export function ActionChoice({ label, value, inherit, onChange, compact = false }) {
  const none = inherit === undefined
    ? t('action.none')
    : t('action.inherit', { action: t(`action.${inherit ?? 'none'}`) });
  // "Not applied" already says it of a list; of a word, `pass` is the exception from its list.
  const offered = ACTIONS.filter((action) => action !== 'pass' || inherit !== undefined || value === 'pass');
  const select = html`
    <select aria-label=${label} value=${value ?? ''} onChange=${(event) => onChange(event.currentTarget.value || null)}>
      <option value="">${none}</option>
      ${offered.map((action) => html`<option key=${action} value=${action}>${t(`action.${action}`)}</option>`)}
    </select>`;
  return compact ? select : html`<label class="field"><span class="field-name">${label}</span>${select}
    <span class="hint">${value ? t(`explain.${value}`) : ''}</span></label>`;
}

const NEW = { name: '', kind: 'words', category: '', question_action: 'block', answer_action: 'mask', note: '', enabled: true };

/** Makes a list (no `list`) or edits one. `onSave(fields)` returns a promise and may reject with a problem. */
export function ListDialog({ list, onSave, onDelete, onClose }) {
  const [fields, setFields] = useState(list ?? NEW);
  const [problem, setProblem] = useState(null);
  const set = (change) => setFields((old) => ({ ...old, ...change }));
  const text = (name) => (event) => set({ [name]: event.currentTarget.value });
  async function save(event) {
    event.preventDefault();
    const { name, kind, category, note, enabled } = fields;
    const actions = kind === 'allow'
      ? { question_action: null, answer_action: null }
      : { question_action: fields.question_action, answer_action: fields.answer_action };
    try {
      await onSave({ name, category, note, ...actions, ...(list ? { enabled } : { kind }) });
    } catch (error) {
      setProblem(error.message);
    }
  }
  return html`
    <${Dialog} title=${list ? t('editList') : t('newList')} onClose=${onClose}>
      <form class="stack" onSubmit=${save}>
        <label class="field"><span class="field-name">${t('listName')}</span>
          <input required maxlength="64" value=${fields.name} onInput=${text('name')} /></label>
        ${!list && html`<label class="field"><span class="field-name">${t('kind')}</span>
          <select value=${fields.kind} onChange=${text('kind')}>
            <option value="words">${t('kind.words')}</option><option value="allow">${t('kind.allow')}</option>
          </select></label>`}
        ${fields.kind === 'words' && html`
          <label class="field"><span class="field-name">${t('category')}</span>
            <input required maxlength="64" value=${fields.category} onInput=${text('category')} /></label>
          <${ActionChoice} label=${`${t('direction.question')} · ${t('action')}`} value=${fields.question_action}
            onChange=${(value) => set({ question_action: value })} />
          <${ActionChoice} label=${`${t('direction.answer')} · ${t('action')}`} value=${fields.answer_action}
            onChange=${(value) => set({ answer_action: value })} />`}
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
