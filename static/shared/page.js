// Starts a page. The whole of a page's entry module can be:
//   import { startPage } from './shared/page.js';
//   startPage({ here: 'stats', title: () => t('title'), App });
// It fetches /api/site, sends people without a login to /login where the page needs a role (PLACES in frame.js), sets
// title and accent, and draws html`<${Frame}…><${App} site=${site} reloadSite=${…} /><//>` into #app, again at every change
// of language. `bar(site)` may return {start, tools} for the top bar. The HTML of a page:
//   <script src="/static/shared/early.js"></script>  then tokens.css, base.css, frame.css, overlay.css and its own, then
//   <body><div id="app"></div><script type="module" src="/static/stats.js"></script></body>

import { html, render, useEffect, useState } from '../vendor/preact.js';
import { api, loginAddress } from './api.js';
import { Frame, mayUse, PLACES } from './frame.js';
import { onLang, texts } from './i18n.js';
import { Empty, Problem, useLoad, Wait } from './parts.js';
import { texts as shared } from './texts.js';
import { applyAccent } from './theme.js';

const t = texts(shared);

function NotForYou({ login }) {
  return html`<div class="page"><${Empty} icon="lock" title=${t('no_access')}>
    <p>${t('no_access_body', { name: login.name })}</p>
    <p class="row"><a class="button" href="/">${t('to_chat')}</a>
      <a class="button quiet" href=${loginAddress()}>${t('log_in_other')}</a></p>
  <//></div>`;
}

function Page({ here, title, App, bar }) {
  const [, drawAgain] = useState(0);
  const { value: site, problem, reload } = useLoad((signal) => api.get('/api/site', {}, signal), []);
  useEffect(() => onLang(() => drawAgain((count) => count + 1)), []);
  useEffect(() => {
    if (site) applyAccent(site.accent);
  }, [site]);
  const named = title(site);
  useEffect(() => {
    document.title = site ? `${named} · ${site.organisation}` : named;
  }, [named, site]);
  const place = PLACES.find((each) => each.key === here) ?? { roles: null };
  const outside = site && place.roles && !site.login;
  useEffect(() => {
    if (outside) location.replace(loginAddress());
  }, [outside]);

  let content;
  if (problem && !site) content = html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  else if (!site || outside) content = html`<${Wait} />`;
  else if (!mayUse(place, site.login?.role)) content = html`<${NotForYou} login=${site.login} />`;
  else content = html`<${App} site=${site} reloadSite=${reload} />`;
  return html`<${Frame} site=${site} here=${here} title=${named} ...${site && bar ? bar(site) : {}}>${content}<//>`;
}

export function startPage(page) {
  render(html`<${Page} ...${page} />`, document.getElementById('app'));
}
