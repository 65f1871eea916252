// People with a password: make one, change a role, reset a password, disable.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { day } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Field, PasswordField, Problem } from '../shared/parts.js';
import { roleName, teacherWord } from '../shared/roles.js';
import { Rights } from './rights.js';
import { t } from './say.js';

const ROLES = ['teacher', 'compliance', 'admin', 'pupil'];

export function Users({ users, site, run }) {
  const [making, setMaking] = useState(false);
  const [resetting, setResetting] = useState(null);
  const [switching, setSwitching] = useState(null);
  const change = (user, patch) => run(() => api.patch(`/api/users/${user.id}`, patch), t('saved'));
  const disable = async (user) => {
    const { name } = user;
    if (user.disabled || (await confirm({ title: t('disableTitle', { name }), body: t('disableBody', { name }), action: t('disable'), danger: true }))) {
      await change(user, { disabled: !user.disabled });
    }
  };
  return html`
    <section class="stack" aria-labelledby="users-head">
      <div class="section-head"><h2 id="users-head">${t('users')}</h2>
        <button type="button" class="button small" onClick=${() => setMaking(true)}><${Icon} name="user-plus" />${t('newUser')}</button></div>
      ${users.length < 2 && html`<p class="quiet-text">${t('onlyYou', { teacher: teacherWord(site) })}</p>`}
      <ul class="people">${users.map((user) => html`
        <li key=${user.id} class="person ${user.disabled ? 'off' : ''}">
          <div><strong>${user.name}</strong>${user.disabled && html` <span class="tag">${t('disabled')}</span>`}
            <p class="quiet-text small">${t('since', { day: day(user.created_at_ms) })}</p></div>
          <select aria-label=${`${user.name} ${t('role')}`} value=${user.role} onChange=${(event) => change(user, { role: event.currentTarget.value })}>
            ${ROLES.map((role) => html`<option key=${role} value=${role}>${roleName(role, site)}</option>`)}</select>
          <div class="row">
            ${user.role !== 'pupil' && html`<button type="button" class="button small quiet" onClick=${() => setSwitching(user)}>${t('rights')}</button>`}
            <button type="button" class="button small quiet" onClick=${() => setResetting(user)}>${t('setPassword')}</button>
            <button type="button" class="button small quiet" onClick=${() => disable(user)}>${t(user.disabled ? 'enable' : 'disable')}</button>
          </div>
        </li>`)}</ul>
      ${making && html`<${NewUser} site=${site} run=${run} onClose=${() => setMaking(false)} />`}
      ${switching && html`<${Rights} user=${switching} run=${run} onClose=${() => setSwitching(null)} />`}
      ${resetting && html`<${SetPassword} user=${resetting} run=${run} onClose=${() => setResetting(null)} />`}
    </section>`;
}

/** A dialog's form that shows the server's problem in place and closes when it is done. */
function useForm(start, send, onClose) {
  const [fields, setFields] = useState(start);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await send(fields);
      onClose();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return { fields, set: (name) => (value) => setFields((old) => ({ ...old, [name]: value })), problem, busy, submit };
}

function NewUser({ site, run, onClose }) {
  const { fields, set, problem, busy, submit } = useForm({ name: '', role: 'teacher', password: '' },
    (user) => run(() => api.post('/api/users', user), t('userMade', user), { rethrow: true }), onClose);
  return html`<${Dialog} title=${t('newUser')} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <${Field} name=${t('name')}>${(a) => html`<input ...${a} required maxlength="64" autocomplete="off" value=${fields.name} onInput=${(event) => set('name')(event.currentTarget.value)} />`}<//>
      <${Field} name=${t('role')}>${(a) => html`<select ...${a} value=${fields.role} onChange=${(event) => set('role')(event.currentTarget.value)}>
        ${ROLES.map((role) => html`<option key=${role} value=${role}>${roleName(role, site)}</option>`)}</select>`}<//>
      <${PasswordField} name=${t('password')} hint=${t('passwordRules')} autocomplete="new-password" value=${fields.password} onInput=${set('password')} />
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary" disabled=${busy}>${t('create')}</button>
    </form><//>`;
}

function SetPassword({ user, run, onClose }) {
  const { fields, set, problem, busy, submit } = useForm({ password: '' },
    (patch) => run(() => api.patch(`/api/users/${user.id}`, patch), t('saved'), { rethrow: true }), onClose);
  return html`<${Dialog} title=${t('setPasswordFor', user)} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <${PasswordField} name=${t('newPassword')} hint=${t('passwordRules')} autocomplete="new-password" value=${fields.password} onInput=${set('password')} />
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary" disabled=${busy}>${t('save')}</button>
    </form><//>`;
}
