// The frame of every page: skip link, narrow top bar (organisation, where I am, the pages my role may use, language,
// light or dark, account), the page itself in <main>, and what lies over it. Pages do not use it directly: see page.js.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Account } from './account.js';
import { AlertBell, numWaiting, useWaiting } from './alerts.js';
import { Confirmations } from './dialog.js';
import { lang, setLang, texts } from './i18n.js';
import { LogInAgain } from './log_in_again.js';
import { IconButton } from './parts.js';
import { texts as shared } from './texts.js';
import { onTheme, setTheme, theme } from './theme.js';
import { Toasts } from './toast.js';

const t = texts(shared);

/** The pages and who may use them; the server decides, this only spares people closed doors. */
export const PLACES = [
  { key: 'chat', path: '/', icon: 'message-square', roles: null },
  { key: 'stats', path: '/stats', icon: 'chart-column', roles: ['teacher', 'admin'] },
  { key: 'documents', path: '/documents', icon: 'file-text', roles: ['teacher', 'admin'] },
  { key: 'answers', path: '/answers', icon: 'book-open', roles: ['teacher', 'admin'] },
  { key: 'words', path: '/words', icon: 'shield-check', roles: ['compliance', 'admin'] },
  { key: 'records', path: '/records', icon: 'shield-alert', roles: ['compliance', 'admin'] },
  { key: 'admin', path: '/admin', icon: 'users', roles: ['admin'] },
];

export const mayUse = (place, role) => place.roles === null || place.roles.includes(role);

function ThemeButton() {
  const [name, setName] = useState(theme());
  useEffect(() => onTheme(setName), []);
  const next = name === 'dark' ? 'light' : 'dark';
  return html`<${IconButton} icon=${name === 'dark' ? 'sun' : 'moon'} label=${t(`to_${next}`)} onClick=${() => setTheme(next)} />`;
}

function LanguageButton() {
  const english = lang() === 'en';
  const label = t(english ? 'to_chinese' : 'to_english');
  return html`<button type="button" class="button quiet small" lang=${english ? 'zh-CN' : 'en'} aria-label=${label} title=${label}
    onClick=${() => setLang(english ? 'zh' : 'en')}>${english ? '中文' : 'EN'}</button>`;
}

/** `start` and `tools` are a page's own buttons at either side of the bar. */
export function Frame({ site, here, title, start, tools, children }) {
  const role = site?.login?.role ?? null;
  const waiting = useWaiting(site?.login);
  const numAtRecords = numWaiting(waiting);
  const places = PLACES.filter((place) => mayUse(place, role));
  return html`
    <a class="skip" href="#main">${t('skip')}</a>
    <header class="bar">
      ${start}
      <div class="bar-name"><strong>${site?.organisation ?? ''}</strong><span>${title}</span></div>
      ${role && places.length > 1 && html`<nav class="bar-links" aria-label=${t('places')}>
        ${places.map((place) => html`<a key=${place.key} href=${place.path}
          aria-current=${place.key === here ? 'page' : undefined}>${t(place.key)}${place.key === 'records' && numAtRecords > 0
            && html`<span class="count" title=${t('waiting', { n: numAtRecords })}>${numAtRecords}</span>`}</a>`)}
      </nav>`}
      <div class="bar-tools">
        ${tools}
        ${waiting && here !== 'login' && html`<${AlertBell} waiting=${waiting} />`}
        <${LanguageButton} />
        <${ThemeButton} />
        ${site && here !== 'login' && here !== 'setup' && html`<${Account} site=${site} places=${places} here=${here} />`}
      </div>
    </header>
    <main id="main" tabindex="-1">${children}</main>
    <${Confirmations} />
    ${site?.login && here !== 'login' && html`<${LogInAgain} name=${site.login.name} />`}
    <${Toasts} />
  `;
}
