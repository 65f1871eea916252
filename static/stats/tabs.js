// The tabs below the charts: which one is open stands in the address of the page's own session, arrow keys move between them.

import { html, useState } from '../vendor/preact.js';
import { number, texts as dictionary } from '../shared/i18n.js';
import { keep, kept, sessionStore } from '../shared/keep.js';
import { teacherWord } from '../shared/roles.js';
import { Approved } from './approved.js';
import { Poor } from './poor.js';
import { Safety } from './safety.js';
import { Groups } from './tables.js';
import { texts } from './texts_tabs.js';
import { Threads } from './threads.js';

const t = dictionary(texts);
export const TABS = ['groups', 'poor', 'approved', 'safety', 'threads'];

/** The tab that a key leads to. */
export function nextTab(tab, key) {
  const place = TABS.indexOf(tab);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: TABS.length - 1 }[key];
  return next === undefined ? null : TABS[(next + TABS.length) % TABS.length];
}

export function Tabs({ stats, site, choice, days, word, hasAnswers, waiting }) {
  const [tab, setTab] = useState(() => (TABS.includes(kept('stats-tab', sessionStore)) ? kept('stats-tab', sessionStore) : 'groups'));
  const open = (name) => {
    setTab(name);
    keep('stats-tab', name, sessionStore);
  };
  const turn = (event) => {
    const next = nextTab(tab, event.key);
    if (!next) return;
    event.preventDefault();
    open(next);
    event.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
  };
  const teacher = teacherWord(site);
  const n = waiting.value?.waiting ?? 0;
  const name = (each) => (each === 'threads' ? t(n ? 'threads_waiting' : 'threads', { teacher, n: number(n) }) : t(each));
  const panel = {
    groups: () => html`<${Groups} site=${site} choice=${choice} days=${days} word=${word} weeks=${stats.num_weeks} from=${stats.from} />`,
    poor: () => html`<${Poor} choice=${choice} days=${days} hasAnswers=${hasAnswers} />`,
    approved: () => html`<${Approved} hasAnswers=${hasAnswers} choice=${choice} />`,
    safety: () => html`<${Safety} choice=${choice} days=${days} />`,
    threads: () => html`<${Threads} site=${site} choice=${choice} hasAnswers=${hasAnswers} onChanged=${waiting.reload} />`,
  };
  return html`<section class="card figure tables" aria-label=${t('tabs')}>
    <div class="row no-print tab-list" role="tablist" aria-label=${t('tabs')} onKeyDown=${turn}>
      ${TABS.map((each) => html`<button key=${each} type="button" role="tab" data-tab=${each} class="button" id=${`tab-${each}`}
        aria-selected=${String(tab === each)} aria-controls="tab-panel" tabindex=${tab === each ? 0 : -1} onClick=${() => open(each)}>${name(each)}</button>`)}
    </div>
    <div id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} key=${tab}>${panel[tab]()}</div>
  </section>`;
}
