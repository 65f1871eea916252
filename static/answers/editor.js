// The dialog in which an approved answer is written; used on the question page, too, filled in from a group.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { Field, Note, Problem } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { linesOf, linkLines, writtenOf } from './written.js';
import { Preview } from './drawn.js';
import { Files } from './files.js';
import { t } from './say.js';

const LOOK_MS = 400;

/** `start` fills in what is new: {wordings, classId, groupId, hint, text}. */
export function Editor({ answer, start = {}, scope, onClose, onDone, onReload = () => {} }) {
  const [fields, setFields] = useState(() => fieldsOf(answer, start, scope));
  const [revision, setRevision] = useState(answer?.revision ?? null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const alike = useAlike(fields.wordings, answer?.id ?? null);
  const mayEdit = answer?.may_edit ?? true;
  const set = (name) => (event) => setFields({ ...fields, [name]: event.target.type === 'checkbox' ? event.target.checked : event.target.value });
  const save = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const body = writtenOf(fields, start.groupId ?? answer?.group_id ?? null);
      const { answer: saved } = answer ? await api.patch(`/api/answers/${answer.id}`, { ...body, revision }) : await api.post('/api/answers', body);
      toast(t('saved_now'));
      onDone(saved);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  const look = async () => {
    const { changes } = await api.get(`/api/answers/${answer.id}/history`);
    const newest = changes.find((each) => each.after)?.after;
    const { answers } = await api.get('/api/answers', { q: newest.wordings[0], limit: 200 });
    const theirs = answers.find((each) => each.id === answer.id);
    if (!theirs) return;
    setFields(fieldsOf(theirs, {}, scope));
    setRevision(theirs.revision);
    setProblem(null);
    onReload();
  };
  const remove = async () => {
    const name = answer.wordings[0];
    if (!(await confirm({ title: t('delete_title', { name }), body: t('delete_body', { n: answer.files.length }), action: t('delete'), danger: true }))) return;
    try {
      await api.del(`/api/answers/${answer.id}`);
      toast(t('deleted', { name }));
      onDone(null);
    } catch (failure) {
      setProblem(failure);
    }
  };
  const foot = html`
    ${answer && mayEdit && html`<button type="button" class="button danger answers-delete" onClick=${remove}>${t('delete')}</button>`}
    <button type="button" class="button" onClick=${onClose}>${t(mayEdit ? 'cancel' : 'close')}</button>
    ${mayEdit && html`<button type="submit" form="answer-form" class="button primary" disabled=${busy || linesOf(fields.wordings).length === 0 || !fields.text.trim()}>${t('save')}</button>`}`;
  return html`<${Dialog} kind="large" title=${t(!answer ? 'new_title' : mayEdit ? 'edit_title' : 'view_title')} onClose=${onClose} foot=${foot}>
    ${problem && html`<div class="stack"><${Problem} problem=${problem} />
      ${problem.code === 'changed_meanwhile' && html`<button type="button" class="button small" onClick=${look}>${t('reload_theirs')}</button>`}</div>`}
    <form id="answer-form" class="stack" onSubmit=${save}><fieldset class="stack" disabled=${!mayEdit}>
      ${start.hint && html`<p class="hint">${start.hint}</p>`}
      <${Field} name=${t('wordings')} hint=${t('wordings_hint')}>${(a) => html`<textarea ...${a} rows="3" value=${fields.wordings} onInput=${set('wordings')} autofocus=${!answer && !start.wordings} />`}<//>
      ${alike.length > 0 && html`<${Note} kind="warn" icon="copy">${t('alike')}<ul class="answers-alike">
        ${alike.map((each) => html`<li key=${each.id}>${each.question}</li>`)}</ul><//>`}
      <${Field} name=${t('text')} hint=${t('text_hint')}>${(a) => html`<textarea ...${a} rows="6" maxlength="4000" value=${fields.text} onInput=${set('text')} autofocus=${Boolean(start.wordings)} />`}<//>
      <${Preview} text=${fields.text} />
      <div class="answers-pair">
        <${Field} name=${t('source')} hint=${t('source_hint')}>${(a) => html`<input ...${a} maxlength="120" value=${fields.source} onInput=${set('source')} />`}<//>
        <${Field} name=${t('author')}>${(a) => html`<input ...${a} maxlength="120" value=${fields.author} onInput=${set('author')} />`}<//>
        <${Field} name=${t('valid_from')}>${(a) => html`<input ...${a} type="date" value=${fields.validFrom} onInput=${set('validFrom')} />`}<//>
        <${Field} name=${t('last_day')}>${(a) => html`<input ...${a} type="date" value=${fields.lastDay} onInput=${set('lastDay')} />`}<//>
        <${Field} name=${t('for_whom')}>${(a) => html`<select ...${a} value=${fields.classId} onChange=${set('classId')}>
          ${(scope.forAll || fields.classId === '') && html`<option value="">${t('everybody')}</option>`}
          ${scope.classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select>`}<//>
        <label class="check answers-enabled"><input type="checkbox" checked=${fields.enabled} onChange=${set('enabled')} />${t('enabled')}</label>
      </div>
      <${Field} name=${t('links')} hint=${t('links_hint')}>${(a) => html`<textarea ...${a} rows="2" value=${fields.links} onInput=${set('links')} />`}<//>
    </fieldset></form>
    ${answer ? html`<${Files} answer=${answer} mayEdit=${mayEdit} onReload=${onReload} />` : html`<p class="hint">${t('files')}</p>`}
  <//>`;
}

function fieldsOf(answer, start, scope) {
  const own = scope.forAll ? '' : scope.classes[0]?.id ?? '';
  return {
    wordings: (answer?.wordings ?? start.wordings ?? []).join('\n'),
    text: answer?.text ?? start.text ?? '',
    source: answer?.source ?? '',
    author: answer?.author ?? '',
    validFrom: answer?.valid_from ?? '',
    lastDay: answer?.last_day ?? '',
    classId: answer ? answer.class_id ?? '' : start.classId ?? own,
    enabled: answer?.enabled ?? true,
    links: linkLines(answer?.links ?? []),
  };
}

/** Other answers that would be given to one of the wordings being written. */
function useAlike(text, but) {
  const [alike, setAlike] = useState([]);
  useEffect(() => {
    let gone = false;
    const wordings = linesOf(text).slice(0, 30);
    const soon = setTimeout(() => {
      if (wordings.length === 0) setAlike([]);
      else api.post('/api/answers/alike', { wordings, but }).then(({ alike: found }) => gone || setAlike(found), () => {});
    }, LOOK_MS);
    return () => { gone = true; clearTimeout(soon); };
  }, [text, but]);
  return alike;
}

