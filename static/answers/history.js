// What became of an answer: who changed what, and when.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { moment } from '../shared/i18n.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { linkLines } from './written.js';
import { t } from './say.js';

const FIELDS = { wordings: 'question', text: 'answer', source: 'source', author: 'author', valid_from: 'valid_from', last_day: 'last_day', class_id: 'scope', enabled: 'enabled', links: 'links' };

export function History({ answer, scope, onClose }) {
  const { value, problem, reload } = useLoad((signal) => api.get(`/api/answers/${answer.id}/history`, {}, signal), [answer.id]);
  return html`<${Dialog} kind="large" title=${`${t('history_title')} · ${answer.wordings[0]}`} onClose=${onClose}>
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />` : !value ? html`<${Wait} />` : html`
      <ol class="answers-history">${value.changes.map((change) => html`<li key=${change.number}>
        <strong>${t(`what_${change.what}`)}</strong>
        <span class="hint">${t('by', { who: change.who, when: moment(change.at_ms) })}</span>
        ${differences(change, scope).map((line, place) => html`<p key=${place}>${line}</p>`)}
      </li>`)}</ol>`}
  <//>`;
}

function differences({ what, before, after }, scope) {
  if (!before || !after || !what.startsWith('change')) return [];
  return Object.keys(FIELDS)
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => t('was', { field: t(FIELDS[field]), from: told(field, before[field], scope), to: told(field, after[field], scope) }));
}

function told(field, value, scope) {
  if (field === 'class_id') return value === null ? t('everybody') : scope.classes.find((each) => each.id === value)?.name ?? value;
  if (field === 'enabled') return t(value ? 'yes' : 'no');
  if (field === 'links') return linkLines(value).replaceAll('\n', '；') || t('nothing');
  if (Array.isArray(value)) return value.join('；') || t('nothing');
  return value || t('nothing');
}
