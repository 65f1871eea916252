// The answers as rows: how they are asked, what is answered, how often, until when.

import { html } from '../vendor/preact.js';
import { day, number } from '../shared/i18n.js';
import { IconButton } from '../shared/parts.js';
import { DrawnBeginning } from './drawn.js';
import { longDay, minutes, stateOf, t } from './say.js';

const KINDS = { off: '', over: 'refuse', soon: 'warn', later: '' };

export function AnswerTable({ value, onEdit, onHistory }) {
  const names = new Map(value.classes.map((each) => [each.id, each.name]));
  return html`<div class="table-box answers-table" tabindex="0" role="region" aria-label=${t('title')}><table>
    <thead><tr>
      <th scope="col">${t('question')}</th><th scope="col">${t('answer')}</th><th scope="col">${t('scope')}</th>
      <th scope="col">${t('days')}</th><th scope="col" class="number">${t('hits')}</th><th scope="col" class="number">${t('saved')}</th>
      <th scope="col">${t('edited')}</th><th scope="col">${t('actions')}</th>
    </tr></thead>
    <tbody>${value.answers.map((answer) => html`<${Row} key=${answer.id} answer=${answer} value=${value}
      name=${answer.class_id === null ? t('everybody') : names.get(answer.class_id) ?? '–'} onEdit=${onEdit} onHistory=${onHistory} />`)}</tbody>
  </table></div>`;
}

function Row({ answer, value, name, onEdit, onHistory }) {
  const [first, ...others] = answer.wordings;
  const state = stateOf(answer, value.today);
  const counted = answer.hits === 0 ? t('under', { n: value.step }) : t('at_least', { n: number(answer.hits) });
  return html`<tr>
    <td class="answers-question"><button type="button" class="link" onClick=${() => onEdit(answer)}>${first}</button>
      ${others.length > 0 && html`<p class="hint">${t('more_wordings', { n: others.length })}</p>`}</td>
    <td class="answers-text"><${DrawnBeginning} text=${answer.text} />
      ${(answer.source || answer.author) && html`<p class="hint">${[answer.source, answer.author].filter(Boolean).join(' · ')}</p>`}</td>
    <td>${name}</td>
    <td>${state ? html`<span class=${`tag ${KINDS[state.kind]}`}>${t(`state_${state.kind}`, { day: state.day && longDay(state.day) })}</span>`
      : answer.last_day ? t('until', { day: longDay(answer.last_day) }) : t('no_end')}</td>
    <td class="number">${counted}</td>
    <td class="number">${answer.saved_ms ? minutes(answer.saved_ms) : '–'}</td>
    <td>${t('by', { who: answer.updated_by, when: day(answer.updated_at_ms) })}</td>
    <td><div class="row answers-actions">
      <${IconButton} small icon=${answer.may_edit ? 'pencil' : 'eye'} label=${t(answer.may_edit ? 'edit' : 'see', { name: first })} onClick=${() => onEdit(answer)} />
      <${IconButton} small icon="clock" label=${t('history', { name: first })} onClick=${() => onHistory(answer)} />
    </div></td>
  </tr>`;
}
