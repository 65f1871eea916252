// The account's place in the top bar: a link to log in, or a small menu with one's role, password and the way out.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { api, loginAddress } from './api.js';
import { Dialog } from './dialog.js';
import { texts } from './i18n.js';
import { Icon } from './icons.js';
import { keep } from './keep.js';
import { PasswordField, Problem } from './parts.js';
import { roleName } from './roles.js';
import { texts as shared } from './texts.js';
import { toast } from './toast.js';

const t = texts(shared);

export function Account({ site, places, here }) {
  const { login } = site;
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const beside = (event) => !box.current?.contains(event.target) && setOpen(false);
    const escape = (event) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      box.current?.querySelector('button').focus();
    };
    document.addEventListener('pointerdown', beside);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', beside);
      document.removeEventListener('keydown', escape);
    };
  }, [open]);
  if (!login) {
    return html`<a class="button quiet small" href=${loginAddress()}><${Icon} name="log-in" /><span class="who-name">${t('log_in')}</span></a>`;
  }
  const leave = async () => {
    try {
      await api.post('/api/logout');
    } catch (problem) {
      toast(problem.message, { kind: 'refuse' });
      return;
    }
    keep('conversation', null);
    location.assign(here === 'chat' ? '/' : '/login');
  };
  const change = () => {
    setOpen(false);
    setChanging(true);
  };
  return html`<div class="menu-box" ref=${box}>
    <button type="button" class="button quiet small" aria-expanded=${String(open)} aria-label=${t('account', { name: login.name })}
      onClick=${() => setOpen(!open)}>
      <${Icon} name="user-round" /><span class="who who-name">${login.name}</span>
    </button>
    ${open && html`<div class="menu">
      <p class="menu-note">${login.name} · ${roleName(login.role, site)}</p>
      ${places.map((place) => html`<a class="only-narrow" key=${place.key} href=${place.path}
        aria-current=${place.key === here ? 'page' : undefined}><${Icon} name=${place.icon} />${t(place.key)}</a>`)}
      <button type="button" onClick=${change}><${Icon} name="key-round" />${t('change_password')}</button>
      <button type="button" onClick=${leave}><${Icon} name="log-out" />${t('log_out')}</button>
    </div>`}
    ${changing && html`<${ChangePassword} onClose=${() => setChanging(false)} />`}
  </div>`;
}

function ChangePassword({ onClose }) {
  const [form, setForm] = useState({ old: '', new: '' });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const put = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post('/api/password', form);
      toast(t('password_changed'));
      onClose();
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t('change_password')} onClose=${onClose}>
    <form class="stack" onSubmit=${send}>
      ${problem && html`<${Problem} problem=${problem} />`}
      <${PasswordField} name=${t('old_password')} value=${form.old} onInput=${put('old')} />
      <${PasswordField} name=${t('new_password')} value=${form.new} onInput=${put('new')} minlength=${8}
        hint=${t('password_rules')} autocomplete="new-password" />
      <button class="button primary" disabled=${busy}>${t('save')}</button>
    </form>
  <//>`;
}
