// What else may be told of one group: how single questions of it were worded, and in which weeks it was asked. Each part is
// there only for whoever has the right to it; the server hides small groups here as everywhere.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { lang, number, texts as dictionary } from '../shared/i18n.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { nameOf } from './group_row.js';
import { plusDays } from './period.js';
import { longDay } from './say.js';
import { texts } from './texts_details.js';

const t = dictionary(texts);

/** Whether there is anything that this login may see of a group beyond its row. */
export const seesDetails = (site) => ['see_text', 'see_dates'].some((right) => site.login.rights.includes(right));

/** Each week of the period with its number, null where it is not shown; the first day is a Monday. */
export const byWeek = (from, weeks) => weeks.map((questions, place) => ({
  from: plusDays(from, 7 * place), questions }));

/** `from`: the first day of the period as the server told it. */
export function DetailsDialog({ group, site, choice, days, from, smallGroup, onClose }) {
  const foot = html`<button type="button" class="button" onClick=${onClose}>${t('close')}</button>`;
  return html`<${Dialog} title=${nameOf(group)} onClose=${onClose} foot=${foot}>
    <div class="stack group-details">
      ${site.login.rights.includes('see_text') && html`<${Wordings} group=${group} choice=${choice} days=${days} />`}
      ${group.weeks && html`<${Weeks} weeks=${byWeek(from, group.weeks)} k=${smallGroup} />`}
    </div>
  <//>`;
}

function Wordings({ group, choice, days }) {
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/stats/groups/wordings', { class: choice.classId, from: days.from, to: days.to, group: group.id }, signal),
    [group.id, choice.classId, days.from, days.to, lang()],
  );
  return html`<section class="stack" aria-labelledby="wordings-head">
    <h3 id="wordings-head">${t('wordings')}</h3>
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
      : !value ? html`<${Wait} />`
      : value.wordings.length === 0 ? html`<p class="quiet-text">${t('wordings_none')}</p>`
      : html`<p class="hint">${t('wordings_intro', { n: number(value.wordings.length) })}</p>
        <ul class="wordings" tabindex="0" aria-labelledby="wordings-head">${value.wordings.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
  </section>`;
}

function Weeks({ weeks, k }) {
  const shown = weeks.filter((week) => week.questions !== null);
  const most = Math.max(1, ...shown.map((week) => week.questions));
  return html`<section class="stack" aria-labelledby="weeks-head">
    <h3 id="weeks-head">${t('weeks')}</h3>
    ${shown.length === 0 ? html`<p class="quiet-text">${t('weeks_none', { k })}</p>`
      : html`<div class="table-box weeks-table" tabindex="0" role="region" aria-labelledby="weeks-head"><table>
          <thead><tr><th scope="col">${t('week')}</th><th scope="col" class="number">${t('questions')}</th><td></td></tr></thead>
          <tbody>${weeks.map((week) => html`<tr key=${week.from}>
            <th scope="row">${longDay(week.from)}</th>
            <td class="number">${week.questions === null ? html`<span class="quiet-text">${t('not_shown')}</span>` : number(week.questions)}</td>
            <td class="week-bar" aria-hidden="true">${week.questions !== null && html`<span style=${{ width: `${(100 * week.questions) / most}%` }}></span>`}</td>
          </tr>`)}</tbody></table></div>
        ${shown.length < weeks.length && html`<p class="hint">${t('weeks_hidden', { k })}</p>`}`}
  </section>`;
}
