// Somebody else was first: what they wrote beside what I wanted, and the choice whose counts.

import { html } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { moment } from '../shared/i18n.js';
import { differences } from './difference.js';
import { t } from './say.js';

/** `problem.details` has what is there now; `change` what I wanted of it (none for a change to many). */
export function ConflictDialog({ problem, change, onTheirs, onMine, onClose }) {
  const { details } = problem;
  const [first] = details;
  const there = first.word ?? first.list;
  const foot = html`
    <button type="button" class="button" onClick=${onTheirs} autofocus>${t('takeTheirs')}</button>
    <button type="button" class="button danger" onClick=${onMine}>${t('overwrite')}</button>`;
  const what = first.word ? 'edit_word' : 'edit_list';
  const rows = change ? differences({ what, before: there, after: { ...there, ...change } }, t) : [];
  return html`<${Dialog} title=${t('conflictTitle')} onClose=${onClose} foot=${foot}>
    <p>${change
      ? t('conflictText', { who: first.who, when: moment(first.at_ms) })
      : t('conflictMany', { n: details.length, who: [...new Set(details.map((each) => each.who))].join('、') })}</p>
    ${change ? html`<div class="table-box"><table>
      <thead><tr><th>${there.text ?? there.name}</th><th>${t('theirs', { who: first.who })}</th><th>${t('mine')}</th></tr></thead>
      <tbody>${rows.map(({ field, from, to }) => html`<tr key=${field}><td>${field}</td><td>${from}</td><td>${to}</td></tr>`)}</tbody></table></div>
      <p class="quiet-text small">${t('sameThere')}</p>`
    : html`<ul>${details.slice(0, 20).map(({ word, list }, index) => html`<li key=${index}>${word?.text ?? list?.name}</li>`)}</ul>`}
  <//>`;
}

/** The same things with the stamps that they have now, for trying again. */
export const stampsOf = (stamps, details) => {
  const next = new Map(stamps);
  for (const { word } of details) if (next.has(word.id)) next.set(word.id, word.updated_at_ms);
  return next;
};
