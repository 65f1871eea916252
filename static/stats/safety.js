// Hits of words as counts, by category and by what was done: no texts, no names.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { lang, number, texts as dictionary } from '../shared/i18n.js';
import { Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { texts } from './texts_tabs.js';

const t = dictionary(texts);

const done = (numbers) => {
  const parts = Object.entries(numbers).map(([action, n]) => t(action, { n: n === null ? t('few') : number(n) }));
  return parts.length ? parts.join(' · ') : t('none');
};

export function Safety({ choice, days }) {
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/stats/safety', { class: choice.classId, from: days.from, to: days.to }, signal),
    [choice.classId, days.from, days.to, lang()],
  );
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const intro = html`<p class="hint">${t('safety_intro', { k: value.small_group })}</p>`;
  if (value.categories.length === 0) return html`${intro}<p class="quiet-text">${t('safety_none')}</p>`;
  return html`${intro}
    <div class="table-box" tabindex="0" role="region" aria-label=${t('safety')}>
      <table class="cards">
        <thead><tr><th scope="col">${t('category')}</th><th scope="col">${t('in_questions')}</th><th scope="col">${t('in_answers')}</th>
          <th scope="col" class="number">${t('total')}</th></tr></thead>
        <tbody>${value.categories.map((row) => html`<tr key=${row.category}>
          <td>${row.category}</td>
          <td data-label=${t('in_questions')}>${done(row.questions)}</td>
          <td data-label=${t('in_answers')}>${done(row.answers)}</td>
          <td class="number" data-label=${t('total')}>${row.total === null ? t('hidden') : number(row.total)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    ${value.hides && html`<${Note} icon="eye-off">${t('hidden')} ${t('few')}<//>`}`;
}
