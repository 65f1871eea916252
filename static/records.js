// The records: hits, what is to be looked at, alerts, coverage, the audit log. Which of them is open stands in the address.

import { html, useEffect, useState } from './vendor/preact.js';
import { api } from './shared/api.js';
import { useWaiting } from './shared/alerts.js';
import { startPage } from './shared/page.js';
import { Problem, useLoad, Wait } from './shared/parts.js';
import { Tabs } from './shared/tabs.js';
import { Alerts } from './records/alerts.js';
import { Audit } from './records/audit.js';
import { Coverage } from './records/coverage.js';
import { Hits } from './records/hits.js';
import { Review } from './records/review.js';
import { t } from './records/say.js';

const TABS = { hits: Hits, review: Review, alerts: Alerts, coverage: Coverage, audit: Audit };
const NAMES = Object.keys(TABS);
const asked = () => (NAMES.includes(location.hash.slice(1)) ? location.hash.slice(1) : 'hits');

function App({ site }) {
  const [tab, setTab] = useState(asked);
  const waiting = useWaiting(site.login)?.records;
  const { value, problem, reload } = useLoad((signal) => api.get('/api/records/hits/options', {}, signal), []);
  useEffect(() => {
    const follow = () => setTab(asked());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const open = (name) => {
    history.replaceState(null, '', `#${name}`);
    setTab(name);
  };
  const numbers = {
    review: waiting?.reviews,
    alerts: waiting && waiting.alerts.serious + waiting.alerts.notice,
    coverage: waiting?.review_overdue ? '!' : 0,
  };
  const named = (name) => html`${t(`tab.${name}`)}${Boolean(numbers[name]) && html`<span class="count">${numbers[name]}</span>`}`;
  const Tab = TABS[tab];
  return html`<div class="wide records">
    <h1 class="visually-hidden">${t('title')}</h1>
    <${Tabs} names=${NAMES} chosen=${tab} onChoose=${open} label=${t('title')} nameOf=${named} listClass="record-tabs" panelClass="record-panel">
      ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
        : !value ? html`<${Wait} />` : html`<${Tab} key=${tab} options=${value} site=${site} />`}
    <//>
  </div>`;
}

startPage({ here: 'records', title: () => t('title'), App });
