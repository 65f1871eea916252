// Classes (desks in the government preset) with their teachers and join codes.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { Icon } from '../shared/icons.js';
import { Empty, Field, Problem } from '../shared/parts.js';
import { asHeading, roleName, teacherWord } from '../shared/roles.js';
import { QrCode } from './qr.js';
import { t } from './say.js';
import { OPEN, StageFields, t as say } from './stage.js';

/** Many of the preset's word, as a heading: 班级, Classes, Desks. */

export function Classes({ classes, stages, users, site, word, run }) {
  const [open, setOpen] = useState(null); // {kind: 'edit' | 'code', class?}
  const teachers = users.filter((user) => user.role === 'teacher' && !user.disabled);
  const close = () => setOpen(null);
  const patch = (each, change) => run(() => api.patch(`/api/classes/${each.id}`, change), t('saved'));
  const archive = async (each) => {
    const { name, archived } = each;
    if (archived || (await confirm({ title: t('archiveTitle', { name }), body: t('archiveBody', { name }), action: t('archive'), danger: true }))) {
      await patch(each, { archived: !archived });
    }
  };
  return html`
    <section class="stack" aria-labelledby="classes-head">
      <div class="section-head"><h2 id="classes-head">${t('classes', { words: asHeading(word) })}</h2>
        <button type="button" class="button small" onClick=${() => setOpen({ kind: 'edit' })}><${Icon} name="plus" />${t('newClass', { word })}</button></div>
      ${classes.length === 0 && html`<${Empty} icon="users" title=${t('noClasses', { word })} />`}
      <ul class="people">${classes.map((each) => html`
        <li key=${each.id} class="person ${each.archived ? 'off' : ''}">
          <div><strong>${each.name}</strong>${each.archived && html` <span class="tag">${t('archived')}</span>`}
            <p class="quiet-text small about">${each.enrolled ? t('joinedOf', { n: each.num_pupils, of: each.enrolled }) : t('joined', { n: each.num_pupils })}
              ${stages[each.id] && stages[each.id].stage !== OPEN.stage && ` · ${say(stages[each.id].stage)}`}
              ${stages[each.id]?.hints_first && ` · ${say('hints_first')}`}
              ${each.teachers.length > 0 && html` · ${each.teachers.map(({ name }, at) => html`<span key=${name}>${at > 0 && '、'}${name}</span>`)}`}</p></div>
          ${each.archived ? html`<span></span>` : html`<button type="button" class="button code" title=${t('show')} onClick=${() => setOpen({ kind: 'code', id: each.id })}>
            <${Icon} name="qr-code" /><span class="visually-hidden">${t('show')} ${each.name}</span>${each.join_code}</button>`}
          <div class="row">
            <button type="button" class="button small quiet" onClick=${() => setOpen({ kind: 'edit', class: each })}>${t('edit')}</button>
            <button type="button" class="button small quiet" onClick=${() => archive(each)}>${t(each.archived ? 'unarchive' : 'archive')}</button>
          </div>
        </li>`)}</ul>
      ${open?.kind === 'edit' && html`<${ClassDialog} of=${open.class} stage=${stages[open.class?.id]} teachers=${teachers} site=${site} word=${word} run=${run} onClose=${close} />`}
      ${open?.kind === 'code' && html`<${CodeDialog} of=${classes.find((each) => each.id === open.id)} run=${run} onClose=${close} />`}
    </section>`;
}

function ClassDialog({ of, stage = OPEN, teachers, site, word, run, onClose }) {
  const [fields, setFields] = useState({
    name: of?.name ?? '', enrolled: of?.enrolled ?? '', teachers: new Set((of?.teachers ?? []).map((each) => each.id)),
  });
  const [chosen, setChosen] = useState({ stage: stage.stage, hints_first: stage.hints_first });
  const [problem, setProblem] = useState(null);
  const [listed, setListed] = useState(null); // {text, masked}: names of this class as the server has them
  const [names, setNames] = useState(null);
  const set = (change) => setFields((old) => ({ ...old, ...change }));
  useEffect(() => {
    if (!of) return;
    api.get(`/api/classes/${of.id}/names`)
      .then(({ names: known, masked }) => { setListed({ text: known.join('\n'), masked }); setNames(known.join('\n')); }, setProblem);
  }, []);
  const save = async (event) => {
    event.preventDefault();
    const body = { name: fields.name.trim(), enrolled: fields.enrolled === '' ? null : Number(fields.enrolled), teachers: [...fields.teachers] };
    try {
      if (listed && names !== listed.text) await api.put(`/api/classes/${of.id}/names`, { text: names });
      await run(async () => {
        const { class: made } = await (of ? api.patch(`/api/classes/${of.id}`, body) : api.post('/api/classes', body));
        const isNew = chosen.stage !== stage.stage || chosen.hints_first !== stage.hints_first;
        if (isNew) await api.put(`/api/classes/${made.id}/stage`, chosen);
      }, t('saved'), { rethrow: true });
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  const toggle = (id) => (event) => {
    const next = new Set(fields.teachers);
    if (event.currentTarget.checked) next.add(id); else next.delete(id);
    set({ teachers: next });
  };
  return html`<${Dialog} title=${of ? t('editClass', of) : t('newClass', { word })} onClose=${onClose}>
    <form class="stack" onSubmit=${save}>
      <${Field} name=${t('className')}>${(a) => html`<input ...${a} required maxlength="64" value=${fields.name} onInput=${(event) => set({ name: event.currentTarget.value })} />`}<//>
      <${Field} name=${t('enrolled')}>${(a) => html`<input ...${a} type="number" min="1" max="100000" value=${fields.enrolled} onInput=${(event) => set({ enrolled: event.currentTarget.value })} />`}<//>
      <fieldset class="stack"><legend class="field-name">${roleName('teacher', site)}</legend>
        ${teachers.length === 0 && html`<p class="hint">${t('noTeachers', { teacher: teacherWord(site) })}</p>`}
        ${teachers.map((each) => html`<label key=${each.id} class="check"><input type="checkbox" checked=${fields.teachers.has(each.id)} onChange=${toggle(each.id)} />${each.name}</label>`)}
      </fieldset>
      ${site.preset !== 'government' && html`<${StageFields} value=${chosen} onChange=${setChosen} />`}
      ${listed && html`<${Field} name=${t('names')} hint=${t(listed.masked ? 'names.hint' : 'names.off')}>${(a) => html`
        <textarea ...${a} rows="5" maxlength="100000" spellcheck="false" autocomplete="off" value=${names} onInput=${(event) => setNames(event.currentTarget.value)}></textarea>`}<//>`}
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary">${t(of ? 'save' : 'create')}</button>
    </form><//>`;
}

function CodeDialog({ of, run, onClose }) {
  const { name, join_code: code } = of;
  const renew = async () => {
    if (await confirm({ title: t('newCodeTitle', { name }), body: t('newCodeBody', { code }), action: t('newCode'), danger: true })) {
      await run(() => api.post(`/api/classes/${of.id}/code`), t('saved'));
    }
  };
  return html`<${Dialog} title=${name} onClose=${onClose}>
    <div class="code-sheet">
      <p class="field-name">${t('joinCode')}</p>
      <p class="code-large">${code}</p>
      <${QrCode} text=${`${location.origin}/#join=${code}`} label=${t('qr', { name })} />
      <p class="quiet-text small">${t('joinHint')}</p>
      <button type="button" class="button small" onClick=${renew}>${t('newCode')}</button>
    </div><//>`;
}
