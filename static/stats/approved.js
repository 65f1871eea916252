// Approved answers at a glance; they are written and changed on a page of their own.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { day, number, texts as dictionary } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Problem, useLoad, Wait } from '../shared/parts.js';
import { texts } from './texts_tabs.js';

const t = dictionary(texts);

/** Counts move in steps, so that no single question shows who asked it. */
const counted = (hits, step) => (hits === 0 ? t('hits_under', { n: step }) : t('hits_at_least', { n: number(hits) }));

export function Approved({ hasAnswers, choice }) {
  const { value, problem, reload } = useLoad((signal) => (hasAnswers ? api.get('/api/answers', { limit: 50 }, signal) : Promise.resolve({ answers: [] })), [choice.classId]);
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const link = hasAnswers && html`<p class="no-print"><a class="button" href="/answers"><${Icon} name="book-open" />${t('to_answers')}</a></p>`;
  if (value.answers.length === 0) return html`<${Empty} icon="book-open" title=${t('approved_empty')}><p>${t('approved_body')}</p>${link}<//>`;
  return html`
    <p class="hint">${t('approved_body')}</p>
    <div class="table-box" tabindex="0" role="region" aria-label=${t('approved')}>
      <table class="cards">
        <thead><tr><th scope="col">${t('question')}</th><th scope="col" class="number">${t('hits')}</th><th scope="col">${t('source')}</th>
          <th scope="col">${t('expires')}</th><th scope="col">${t('edited')}</th></tr></thead>
        <tbody>${value.answers.map((each) => html`<tr key=${each.id}>
          <td>${each.wordings[0]}</td>
          <td class="number" data-label=${t('hits')}>${counted(each.hits, value.step)}</td>
          <td data-label=${t('source')}>${each.source || t('none')}</td>
          <td data-label=${t('expires')}>${each.last_day || t('never')}</td>
          <td data-label=${t('edited')}>${day(each.updated_at_ms)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    ${link}`;
}
