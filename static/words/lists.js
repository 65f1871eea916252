// The left column: the lists with their counts.

import { html } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { IconButton } from '../shared/parts.js';
import { ACTIONS } from './actions.js';
import { byLayer } from './layers.js';
import { t } from './say.js';

/** All lists, by layer where there are others than the organisation's; `chosen` is the id of the one that is shown, or null for all. */
export function Lists({ lists, classes, chosen, onChoose, onNew, onEdit }) {
  const sum = (some) => some.reduce((total, list) => total + list.num_words, 0);
  const layers = byLayer(lists, classes);
  const named = layers.some(({ layer }) => layer !== 'organisation');
  const row = (id, name, count, list) => html`
    <li key=${id ?? 'all'} class="list-row">
      <button type="button" class="list-choose" aria-current=${chosen === id ? 'true' : null} onClick=${() => onChoose(id)}>
        <span class="list-name">
          ${list && html`<span class="dot" data-action=${strongestOf(list)}></span>`}
          <span>${name}</span>
        </span>
        <span class="list-count">${count}</span>
        ${list && html`<span class="list-about">${list.kind === 'allow' ? t('kind.allow') : list.category}${list.kind === 'detectors' ? ` · ${t('kind.detectors')}` : ''}
          ${!list.enabled && html` · ${t('disabled')}`}</span>`}
      </button>
      ${list && html`<${IconButton} small icon="square-pen" label=${`${t('editList')} ${name}`} onClick=${() => onEdit(list)} />`}
    </li>`;
  return html`
    <nav class="lists" aria-label=${t('lists')}>
      <div class="lists-head"><h2>${t('lists')}</h2>
        <button type="button" class="button small" onClick=${onNew}><${Icon} name="plus" />${t('newList')}</button></div>
      <ul>
        ${lists.length > 1 && row(null, t('allLists'), sum(lists), null)}
        ${!named && lists.map((list) => row(list.id, list.name, list.num_words, list))}
      </ul>
      ${named && layers.map((each) => html`
        <h3 key=${each.layer} class="layer-head" id=${`layer-${each.layer}`}><span>${each.archived ? t('layer.archived', each) : each.name}</span>
          <span class="list-count">${sum(each.lists)}</span></h3>
        <ul aria-labelledby=${`layer-${each.layer}`}>${each.lists.map((list) => row(list.id, list.name, list.num_words, list))}</ul>`)}
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
