// What was removed, by age or because somebody wanted it; who was told a name; and, for those who may, a name for a
// pseudonym.

import { html, useState } from '../vendor/preact.js';
import { moment, number } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { RevealDialog } from '../shared/reveal.js';
import { roleName } from '../shared/roles.js';
import { t } from './say.js';

const SHOWN = 10;

/** What a round removed, as one line; kinds of rows that nobody asks about are left out. */
export function removedText(counts) {
  const parts = ['conversations', 'turns', 'wordings', 'verdicts', 'questions', 'visitors']
    .filter((kind) => counts[kind])
    .map((kind) => t(`removed_${kind}`, { n: number(counts[kind]) }));
  return parts.length ? parts.join(t('listComma')) : t('removedNothing');
}

export function Privacy({ removed, reveals, classes, site, reload }) {
  const [all, setAll] = useState(false);
  const [asking, setAsking] = useState(false);
  const rounds = all ? removed.removals : removed.removals.slice(0, SHOWN);
  const maySeeNames = site.login.rights.includes('see_names');
  const { anonymise_after_days: first, delete_after_days: second, hit_days: hits } = removed.rules;
  return html`<section class="stack" aria-labelledby="privacy-head">
    <div class="section-head"><h2 id="privacy-head">${t('privacy')}</h2>
      ${maySeeNames && html`<button type="button" class="button small" onClick=${() => setAsking(true)}><${Icon} name="eye" />${t('reveal')}</button>`}</div>
    <p class="quiet-text">${t('privacyWhat', { first, second, hits })}</p>
    <h3>${t('removals')}</h3>
    <div class="table-box"><table>
      <thead><tr><th scope="col">${t('when')}</th><th scope="col">${t('why')}</th><th scope="col">${t('what')}</th></tr></thead>
      <tbody>${rounds.map((each) => html`<tr key=${each.id}>
        <td>${moment(each.began_at_ms)}</td>
        <td>${t(`cause_${each.cause}`)}${each.ended_at_ms === null ? t('unfinished') : ''}</td>
        <td>${removedText(each.counts)}</td></tr>`)}</tbody>
    </table></div>
    ${!all && removed.removals.length > SHOWN && html`<p><button type="button" class="button small quiet" onClick=${() => setAll(true)}>${t('showAll', { n: removed.removals.length })}</button></p>`}
    <h3>${t('revealsHead')}</h3>
    ${reveals.length === 0 ? html`<p class="quiet-text">${t('noReveals')}</p>` : html`<div class="table-box"><table>
      <thead><tr><th scope="col">${t('when')}</th><th scope="col">${t('who')}</th><th scope="col">${t('why')}</th></tr></thead>
      <tbody>${reveals.map((each) => html`<tr key=${`${each.at_ms}${each.by_name}`}>
        <td>${moment(each.at_ms)}</td><td>${each.by_name} · ${roleName(each.by_role, site)}</td>
        <td>${each.note}</td></tr>`)}</tbody>
    </table></div>`}
    ${asking && html`<${RevealDialog} classes=${classes} site=${site} onClose=${() => { setAsking(false); reload(); }} />`}
  </section>`;
}
