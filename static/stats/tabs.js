// The tabs below the charts: which one is open is kept in this tab of the browser.

import { html, useState } from '../vendor/preact.js';
import { number, texts as dictionary } from '../shared/i18n.js';
import { keep, kept, sessionStore } from '../shared/keep.js';
import { teacherWord } from '../shared/roles.js';
import { Tabs } from '../shared/tabs.js';
import { Approved } from './approved.js';
import { Poor } from './poor.js';
import { Safety } from './safety.js';
import { Groups } from './tables.js';
import { texts } from './texts_tabs.js';
import { Threads } from './threads.js';

const t = dictionary(texts);
const TABS = ['groups', 'poor', 'approved', 'safety', 'threads'];

export function Below({ stats, site, choice, days, word, hasAnswers, waiting }) {
  const [tab, setTab] = useState(() => (TABS.includes(kept('stats-tab', sessionStore)) ? kept('stats-tab', sessionStore) : 'groups'));
  const open = (name) => {
    setTab(name);
    keep('stats-tab', name, sessionStore);
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
    <${Tabs} names=${TABS} chosen=${tab} onChoose=${open} label=${t('tabs')} nameOf=${name} listClass="tab-list">${panel[tab]()}<//>
  </section>`;
}
