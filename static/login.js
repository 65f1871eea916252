// Entry of the log-in page: one column, two fields.
import { html, useState } from './vendor/preact.js';
import { nextPlace } from './door/next.js';
import { texts as own } from './door/texts.js';
import { api } from './shared/api.js';
import { texts } from './shared/i18n.js';
import { startPage } from './shared/page.js';
import { Field, Note, PasswordField, Problem } from './shared/parts.js';

const t = texts(own);

function App({ site }) {
  const [form, setForm] = useState({ name: '', password: '' });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const put = (name, value) => setForm((before) => ({ ...before, [name]: value }));
  const enter = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { login } = await api.post('/api/login', form);
      location.assign(nextPlace(location.search, login.role));
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
      put('password', '');
    }
  };
  const needed = site.who_may_chat === 'login';
  return html`<section class="narrow stack">
    <h1>${t('login_title')}</h1>
    <p class="quiet-text">${t(needed ? 'login_intro_all' : 'login_intro')}</p>
    ${site.login && html`<${Note} icon="user-round">${t('login_already', { name: site.login.name })}${' '}
      <a href=${nextPlace(location.search, site.login.role)}>${t('login_go_on')}</a><//>`}
    <form class="stack" onSubmit=${enter}>
      ${problem && html`<${Problem} problem=${problem} />`}
      <${Field} name=${t('name')}>${(attributes) => html`<input ...${attributes} name="username" autocomplete="username" autocapitalize="none"
        spellcheck=${false} value=${form.name} required autofocus onInput=${(event) => put('name', event.target.value)} />`}<//>
      <${PasswordField} name=${t('password')} value=${form.password} onInput=${(value) => put('password', value)} />
      <button class="button primary" disabled=${busy}>${t('login_action')}</button>
    </form>
    ${!needed && html`<p><a href="/">${t('login_chat')}</a></p>`}
  </section>`;
}

startPage({ here: 'login', title: () => t('login_title'), App });
