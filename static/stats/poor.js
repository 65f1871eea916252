// Not answered well: how many questions for which reason, and which groups of them may be named.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { lang, number, texts as dictionary } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { nameOf } from './group_row.js';
import { texts as ofGroups } from './texts_groups.js';
import { texts } from './texts_tabs.js';
import { WriteAnswer } from './write_answer.js';

const t = dictionary(texts);
const say = dictionary(ofGroups);

export function Poor({ choice, days, hasAnswers }) {
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/stats/poor', { class: choice.classId, from: days.from, to: days.to }, signal),
    [choice.classId, days.from, days.to, lang()],
  );
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const shown = value.reasons.filter((row) => row.questions !== 0);
  if (shown.length === 0) return html`<p class="quiet-text">${say('poor_none')}</p>`;
  if (shown.every((row) => row.questions === null)) return html`<${Note} icon="eye-off">${say('poor_hidden')}<//>`;
  return html`
    <p class="hint">${say('poor_intro')}</p>
    <div class="table-box" tabindex="0" role="region" aria-label=${t('poor')}>
      <table class="cards">
        <thead><tr><th scope="col">${t('reason')}</th><th scope="col" class="number">${t('questions')}</th><th scope="col">${t('poor_groups')}</th></tr></thead>
        <tbody>${shown.map((row) => html`<tr key=${row.reason}>
          <td>${row.reason === 'rated_down' && html`<${Icon} name="thumbs-down" size=${16} />`} ${say(row.reason)}</td>
          <td class="number" data-label=${t('questions')}>${row.questions === null ? t('hidden') : number(row.questions)}</td>
          <td><${Behind} row=${row} hasAnswers=${hasAnswers} /></td>
        </tr>`)}</tbody>
      </table>
    </div>
    <p class="hint">${value.label}</p>`;
}

function Behind({ row, hasAnswers }) {
  if (row.reason === 'blocked') return html`<span class="quiet-text">${t('poor_blocked')}</span>`;
  if (row.groups.length === 0) return html`<span class="quiet-text">${t('poor_groups_none')}</span>`;
  return html`<ul class="behind">${row.groups.map((group) => html`<li key=${group.id}>
    <span>${nameOf(group)}</span> <span class="quiet-text">×${number(group.questions)}</span>
    ${hasAnswers && group.wording && html` <${WriteAnswer} question=${group.wording} classId=${group.class_id} groupId=${group.id} />`}
  </li>`)}</ul>`;
}
