// A login that ends in the middle of work is renewed in place: the page stays as it is, and what was being done is done.
// startPage puts <${LogInAgain} /> on the pages of people who are logged in; api.js asks it.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api, loginAddress, onLoginNeeded } from './api.js';
import { Dialog } from './dialog.js';
import { texts } from './i18n.js';
import { PasswordField, Problem } from './parts.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export function LogInAgain({ name }) {
  const [resolve, setResolve] = useState(null);
  useEffect(() => onLoginNeeded(() => new Promise((told) => setResolve(() => told))), []);
  if (!resolve) return null;
  const end = (isLoggedIn) => {
    setResolve(null);
    resolve(isLoggedIn);
  };
  return html`<${Asking} name=${name} onEnd=${end} />`;
}

function Asking({ name, onEnd }) {
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const enter = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post('/api/login', { name, password });
      onEnd(true);
    } catch (failure) {
      setProblem(failure);
      setPassword('');
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t('again_title')} onClose=${() => onEnd(false)}>
    <form class="stack" onSubmit=${enter}>
      <p>${t('again_body', { name })}</p>
      ${problem && html`<${Problem} problem=${problem} />`}
      <input class="visually-hidden" name="username" autocomplete="username" value=${name} readonly tabindex="-1" aria-hidden="true" />
      <${PasswordField} name=${t('again_password')} value=${password} onInput=${setPassword} autofocus />
      <button class="button primary" disabled=${busy}>${t('log_in')}</button>
      <p class="small"><a href=${loginAddress()}>${t('log_in_other')}</a></p>
    </form>
  <//>`;
}
