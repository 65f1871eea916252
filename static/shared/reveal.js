// Who is behind a pseudonym: with a reason from a short list and in words, which the person will read.
//   html`<${RevealDialog} site=${site} classes=${[{id, name}]} classId asker about="hit:17" onClose=${close} />`
// Where `asker` is given it is not asked for. The server decides who may (the right `see_names`).

import { html, useState } from '../vendor/preact.js';
import { api } from './api.js';
import { Dialog } from './dialog.js';
import { day, pick, texts } from './i18n.js';
import { Field, Note, Problem } from './parts.js';
import { texts as own } from './texts_reveal.js';

const t = texts(own);
const REASONS = ['safety', 'law', 'abuse', 'asked'];

export function RevealDialog({ site, classes = [], classId = null, asker = '', about = '', onClose }) {
  const [fields, setFields] = useState({ asker, class_id: classId ?? '', reason: 'safety', note: '' });
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [person, setPerson] = useState(null);
  const set = (name) => (event) => setFields((old) => ({ ...old, [name]: event.currentTarget.value }));
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const body = { ...fields, asker: fields.asker.trim(), class_id: fields.class_id || null, about };
      setPerson((await api.post('/api/reveals', body)).person);
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  };
  if (person) {
    return html`<${Dialog} title=${t('title')} onClose=${onClose}><div class="stack">
      <p><strong>${person.name ?? t('visitor')}</strong></p>
      <p class="quiet-text">${t('since', { day: day(person.since_ms) })}</p>
      <${Note} icon="eye">${t('recorded')}<//>
      <button type="button" class="button primary" onClick=${onClose}>${t('done')}</button></div><//>`;
  }
  return html`<${Dialog} title=${t('title')} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <${Note} kind="warn" icon="triangle-alert">${t('seen')}<//>
      ${!asker && html`<${Field} name=${t('asker')} hint=${t('asker_hint')}>${(a) => html`<input ...${a} required maxlength="16" autocomplete="off" spellcheck=${false}
        value=${fields.asker} onInput=${set('asker')} />`}<//>
        <${Field} name=${pick(site.class_word)}>${(a) => html`<select ...${a} value=${fields.class_id} onChange=${set('class_id')}>
          <option value="">${t('no_class')}</option>
          ${classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select>`}<//>`}
      <${Field} name=${t('reason')}>${(a) => html`<select ...${a} value=${fields.reason} onChange=${set('reason')}>
        ${REASONS.map((reason) => html`<option key=${reason} value=${reason}>${t(`reason_${reason}`)}</option>`)}</select>`}<//>
      <${Field} name=${t('note')} hint=${t('note_hint')}>${(a) => html`<textarea ...${a} required minlength="10" maxlength="500" rows="3"
        value=${fields.note} onInput=${set('note')}></textarea>`}<//>
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary" disabled=${busy}>${t('show')}</button>
    </form><//>`;
}
