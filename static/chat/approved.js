// An answer that somebody answers for: its label, who that is and until when, what belongs to it; and the choice between two.

import { html } from '../vendor/preact.js';
import { locale, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { texts as own } from './texts_approved.js';

const t = texts(own);
const SOON_MS = 30 * 86_400_000; // before its last day that day matters

const longDay = (day) =>
  new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' }).format(new Date(`${day}T00:00:00Z`));

/** Who answers for it, and since when. */
export const creditOf = ({ source, author, approved }) =>
  [source && t('source', { source }), author, approved && t('approved_on', { day: longDay(approved) })].filter(Boolean).join(' · ');

/** What stands over an answer and in copied text: `label` is that of what a model wrote; words of the house have none. */
export function labelOf(turn, label) {
  if (turn.origin === 'offer' || turn.origin === 'declined') return '';
  if (turn.origin === 'approved_answer') return [t('copied_label'), turn.approved && creditOf(turn.approved)].filter(Boolean).join(' · ');
  return label;
}

export function AnswerLabel({ turn, label }) {
  if (!labelOf(turn, label)) return null;
  return html`<span class="ai-label">${turn.origin === 'approved_answer'
    ? html`<${Icon} name="circle-check" size=${14} />${t('label')}`
    : label}</span>`;
}

export function ApprovedFoot({ approved, now = Date.now() }) {
  if (!approved) return null;
  const credit = creditOf(approved);
  const ends = approved.expires && Date.parse(approved.expires) - now < SOON_MS;
  return html`<div class="approved aside">
    ${credit && html`<p>${credit}</p>`}
    ${ends && html`<p>${t('until', { day: longDay(approved.expires) })}</p>`}
    ${approved.attachments?.length > 0 && html`<ul class="row">${approved.attachments.map(({ name, url }) => html`<li key=${url}>
      <a class="button small" href=${url} target="_blank" rel="noopener noreferrer"><${Icon} name="file-text" size=${16} />${name}</a></li>`)}</ul>`}
  </div>`;
}

/** Two approved answers fit: a button asks exactly the question of one, also where a word of it is shown masked. */
export function Offers({ turn, act }) {
  if (turn.offers.length === 0) return null;
  return html`<div class="row offers" role="group" aria-label=${t('offers')}>
    ${turn.offers.map((question, number) => html`<button key=${number} type="button" class="button" disabled=${act.isBusy}
      onClick=${() => act.ask(question, { turn: turn.id, number })}>${question}</button>`)}
  </div>`;
}
