// Entry of the set-up page: the one-time link makes the first administrator. The token stands in the address after `#`
// (which browsers never send) and is taken out of it once it is spent.
import { html, useState } from './vendor/preact.js';
import { texts as own } from './door/texts.js';
import { api } from './shared/api.js';
import { texts } from './shared/i18n.js';
import { startPage } from './shared/page.js';
import { Empty, Field, PasswordField, Problem } from './shared/parts.js';
import { texts as shared } from './shared/texts.js';

const t = texts(own);
const common = texts(shared);
const forgetToken = () => history.replaceState(null, '', location.pathname);

function Closed({ reason }) {
  return html`<div class="page"><${Empty} icon=${reason === 'done' ? 'circle-check' : 'link'} title=${t(`setup_${reason}`)}>
    <p>${t(`setup_${reason}_body`)}</p>
    ${reason === 'done' && html`<p><a href="/login">${t('login_title')}</a></p>`}
  <//></div>`;
}

function App({ site }) {
  const [token] = useState(() => location.hash.slice(1));
  const [form, setForm] = useState({ name: '', password: '' });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const put = (name, value) => setForm((before) => ({ ...before, [name]: value }));
  const make = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api.post('/api/setup', { token, ...form });
      forgetToken();
      location.assign('/admin');
    } catch (failure) {
      if (failure.code === 'setup_token_spent') forgetToken();
      setProblem(failure);
      setBusy(false);
    }
  };
  if (!site.setup_needed) return html`<${Closed} reason="done" />`;
  if (!token) return html`<${Closed} reason="no_token" />`;
  const about = { name_taken: 'name', bad_name: 'name', weak_password: 'password' }[problem?.code];
  return html`<section class="narrow stack">
    <h1>${t('setup_title')}</h1>
    <p class="quiet-text">${t('setup_intro')}</p>
    <form class="stack" onSubmit=${make}>
      ${problem && !about && html`<${Problem} problem=${problem} />`}
      <${Field} name=${t('name')} hint=${t('setup_name_rules')} error=${about === 'name' ? problem.message : null}>
        ${(attributes) => html`<input ...${attributes} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false}
          value=${form.name} required autofocus onInput=${(event) => put('name', event.target.value)} />`}
      <//>
      <${PasswordField} name=${t('password')} value=${form.password} onInput=${(value) => put('password', value)} minlength=${8}
        hint=${common('password_rules')} error=${about === 'password' ? problem.message : null} autocomplete="new-password" />
      <button class="button primary" disabled=${busy}>${t('setup_action')}</button>
    </form>
  </section>`;
}

startPage({ here: 'setup', title: () => t('setup_title'), App });
