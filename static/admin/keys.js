// The keys of other systems: made here, shown once, revoked here.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { day } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Field, Note, Problem } from '../shared/parts.js';
import { roleName } from '../shared/roles.js';
import { t } from './say.js';

const ROLES = ['teacher', 'compliance', 'admin'];

export function Keys({ keys, site, run }) {
  const [making, setMaking] = useState(false);
  const revoke = async (key) => {
    const { name } = key;
    if (await confirm({ title: t('revokeTitle', { name }), body: t('revokeBody', { name }), action: t('revoke'), danger: true })) {
      await run(() => api.del(`/api/keys/${key.id}`), t('revokedNow', { name }));
    }
  };
  return html`
    <section class="stack" aria-labelledby="keys-head">
      <div class="section-head"><h2 id="keys-head">${t('keys')}</h2>
        <button type="button" class="button small" onClick=${() => setMaking(true)}><${Icon} name="key-round" />${t('newKey')}</button></div>
      <p class="quiet-text">${t('keysWhat')}</p>
      <ul class="people">${keys.map((key) => html`
        <li key=${key.id} class="person ${key.revoked_at_ms ? 'off' : ''}">
          <div><strong>${key.name}</strong>${key.revoked_at_ms && html` <span class="tag">${t('revoked')}</span>`}
            <p class="quiet-text small"><span class="code">${key.shown}…</span> · ${t('perMinuteShort', { n: key.per_minute })} · ${t('since', { day: day(key.created_at_ms) })}</p></div>
          <span>${roleName(key.role, site)}</span>
          <div class="row">${!key.revoked_at_ms && html`<button type="button" class="button small quiet" onClick=${() => revoke(key)}>${t('revoke')}</button>`}</div>
        </li>`)}</ul>
      ${making && html`<${NewKey} site=${site} run=${run} onClose=${() => setMaking(false)} />`}
    </section>`;
}

function NewKey({ site, run, onClose }) {
  const [fields, setFields] = useState({ name: '', role: 'teacher', per_minute: 600 });
  const [problem, setProblem] = useState(null);
  const [made, setMade] = useState(null);
  const set = (name) => (event) => setFields((old) => ({ ...old, [name]: event.currentTarget.value }));
  const submit = async (event) => {
    event.preventDefault();
    try {
      await run(async () => {
        setMade((await api.post('/api/keys', { ...fields, per_minute: Number(fields.per_minute) })).key);
      }, t('keyMade', fields), { rethrow: true });
    } catch (error) {
      setProblem(error);
    }
  };
  if (made) {
    return html`<${Dialog} title=${made.name} onClose=${onClose}>
      <div class="stack">
        <${Note} kind="warn" icon="triangle-alert">${t('keyOnce')}<//>
        <${Field} name=${t('key')}>${(a) => html`<input ...${a} class="code" readonly value=${made.key} onFocus=${(event) => event.currentTarget.select()} />`}<//>
        <button type="button" class="button primary" onClick=${onClose}>${t('keyKept')}</button>
      </div><//>`;
  }
  return html`<${Dialog} title=${t('newKey')} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <${Field} name=${t('keyName')}>${(a) => html`<input ...${a} required maxlength="64" autocomplete="off" value=${fields.name} onInput=${set('name')} />`}<//>
      <${Field} name=${t('role')} hint=${t('keyRole')}>${(a) => html`<select ...${a} value=${fields.role} onChange=${set('role')}>
        ${ROLES.map((role) => html`<option key=${role} value=${role}>${roleName(role, site)}</option>`)}</select>`}<//>
      <${Field} name=${t('perMinute')}>${(a) => html`<input ...${a} type="number" required min="1" max="60000" value=${fields.per_minute} onInput=${set('per_minute')} />`}<//>
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary">${t('create')}</button>
    </form><//>`;
}
