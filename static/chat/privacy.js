// The privacy panel: who sees what, how long it stays, who was told my name, take my data along, delete my data.
// What it says comes from the server's settings and rights as they are; nothing here is a promise of its own.

import { html, useState } from '../vendor/preact.js';
import { api, withQuery } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { day, lang, moment, pick, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { forgetAll, keep, kept, sessionStore } from '../shared/keep.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { roleName } from '../shared/roles.js';
import { toast } from '../shared/toast.js';
import { texts as chat } from './texts.js';
import { texts as own } from './texts_privacy.js';

const t = texts(own);
const c = texts(chat);
const DAY_MS = 86_400_000;
const RIGHTS = ['see_statistics', 'see_groups', 'see_names', 'see_text', 'see_dates'];

/** Whole days until something goes, never negative: what goes within a day has one day left. */
export const daysLeft = (atMs, nowMs) => Math.max(0, Math.ceil((atMs - nowMs) / DAY_MS));

/** The roles as a list for people, or 'nobody'. */
const roles = (names, site) => (names.length ? names.map((each) => roleName(each, site)).join(t('and')) : t('nobody'));

export function PrivacyPanel({ site, onClose }) {
  const { value, problem, reload } = useLoad((signal) => api.get('/api/me/privacy', {}, signal), []);
  return html`<${Dialog} kind="side" title=${c('privacy')} onClose=${onClose}>
    <ul class="privacy">${pick(site.privacy).map((sentence) => html`<li key=${sentence}><${Icon} name="shield-check" />
      <span>${sentence}</span></li>`)}</ul>
    ${site.class && html`<p class="quiet-text">${c('my_class', { class_word: pick(site.class_word), name: site.class.name })}</p>`}
    ${problem && html`<${Problem} problem=${problem} onRetry=${reload} />`}
    ${!value && !problem && html`<${Wait} />`}
    ${value && html`<${Particulars} own=${value} site=${site} />`}
    <p class="quiet-text">${c('check_it')}</p>
  <//>`;
}

function Particulars({ own, site }) {
  return html`
    <section><h3>${t('who_sees')}</h3>
      <div class="table-box"><table><tbody>${RIGHTS.map((right) => html`<tr key=${right}>
        <th scope="row">${t(right)}</th><td class="who-sees">${roles(own.seen_by[right], site)}</td></tr>`)}</tbody></table></div>
    </section>
    <section><h3>${t('how_long')}</h3>
      <p>${own.num_conversations ? t('days_left', { n: own.num_conversations, days: daysLeft(own.next_removal_at_ms, Date.now()), day: day(own.next_removal_at_ms) }) : t('nothing_kept')}</p>
      <p class="quiet-text">${t('dates', { first: own.anonymise_after_days, second: own.delete_after_days, hits: own.hit_days })}</p>
    </section>
    <section><h3>${t('reveals')}</h3>
      ${own.reveals.length === 0 ? html`<p>${t('no_reveals')}</p>`
        : html`<ul class="reveals">${own.reveals.map((each) => html`<li key=${each.at_ms}>
          <strong>${t('revealed_by', { name: each.by_name, role: roleName(each.by_role, site) })}</strong>
          <span class="quiet-text">${moment(each.at_ms)} · ${t(`reason_${each.reason}`)}</span>
          <span>${each.note}</span></li>`)}</ul>`}
    </section>
    <${Actions} own=${own} />`;
}

/** After the page has begun anew: that everything is deleted. */
export function sayDeleted() {
  if (!kept('all_deleted', sessionStore)) return;
  keep('all_deleted', null, sessionStore);
  toast(t('all_deleted'));
}

function Actions({ own }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const remove = async () => {
    const sure = await confirm({
      title: t('delete_title'),
      body: t(own.keeps_account ? 'delete_body_account' : 'delete_body', { n: own.num_conversations, turns: own.num_turns }),
      action: t('delete_all'),
      danger: true,
    });
    if (!sure) return;
    setBusy(true);
    setProblem(null);
    try {
      await api.del('/api/me/data');
      forgetAll(sessionStore, ['theme', 'lang']); // drafts, and questions that were never sent
      keep('conversation', null);
      keep('all_deleted', 'yes', sessionStore); // said after the page has begun anew
      location.replace(location.pathname);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return html`<section><h3>${t('mine')}</h3>
    <p class="row">
      <a class="button" href=${withQuery('/api/me/data', { lang: lang() })} download><${Icon} name="download" size=${16} />${t('download')}</a>
      <button type="button" class="button danger" disabled=${busy} onClick=${remove}><${Icon} name="trash" size=${16} />${t(busy ? 'deleting' : 'delete_all')}</button>
    </p>
    ${problem && html`<${Problem} problem=${problem} />`}
    <p class="quiet-text">${t('what_stays')}</p>
  </section>`;
}
