// Deciding by hand: two groups are one, or some questions of a group are another one.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { texts as dictionary } from '../shared/i18n.js';
import { Field, Problem } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { nameOf } from './group_row.js';
import { texts } from './texts_groups.js';

const t = dictionary(texts);

/** Sends one decision; `onDone(answer)` runs when the server took it. */
function useSending(path, onDone) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const send = async (body) => {
    setBusy(true);
    setProblem(null);
    try {
      onDone(await api.post(path, body));
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return { busy, problem, send };
}

export function MergeDialog({ group, groups, word, onClose, onDone }) {
  const others = groups.filter((each) => each.class_id === group.class_id && each.id !== group.id && !group.apart.includes(each.id));
  const [into, setInto] = useState(others[0]?.id ?? '');
  const body = { class_id: group.class_id, group: group.id };
  const undo = async () => {
    try {
      await api.post('/api/stats/groups/free', body);
      toast(t('undone'));
    } catch (failure) {
      toast(failure.message, { kind: 'refuse' });
    }
    onDone();
  };
  const { busy, problem, send } = useSending('/api/stats/groups/merge', () => {
    toast(t('merged'), { action: { label: t('undo'), run: undo } });
    onDone();
  });
  const foot = html`<button type="button" class="button" onClick=${onClose}>${t('cancel')}</button>
    <button type="button" class="button primary" disabled=${busy || !into} onClick=${() => send({ ...body, into })}>${t('confirm_merge')}</button>`;
  return html`<${Dialog} title=${t('merge_title')} onClose=${onClose} foot=${foot}>
    ${others.length === 0 ? html`<p>${t('merge_none', { word })}</p>` : html`
      <p>${t('merge_body', { name: nameOf(group) })}</p>
      <${Field} name=${t('merge_into')}>${(a) => html`<select ...${a} value=${into} onChange=${(event) => setInto(event.target.value)}>
        ${others.map((each) => html`<option key=${each.id} value=${each.id}>${nameOf(each)}</option>`)}
      </select>`}<//>`}
    ${problem && html`<${Problem} problem=${problem} />`}
  <//>`;
}

/** "Not the same": two rows are never one, or the questions of a row that have a word in them are another one. */
export function ApartDialog({ group, groups, onClose, onDone }) {
  const others = groups.filter((each) => each.class_id === group.class_id && each.id !== group.id && !group.apart.includes(each.id));
  const [how, setHow] = useState(others.length ? 'group' : 'word');
  const [other, setOther] = useState(others[0]?.id ?? '');
  const [term, setTerm] = useState('');
  const body = { class_id: group.class_id, group: group.id };
  const split = useSending('/api/stats/groups/split', () => {
    toast(t('split_done', { term: term.trim() }));
    onDone();
  });
  const apart = useSending('/api/stats/groups/apart', () => {
    toast(t('apart_done'));
    onDone();
  });
  const { busy, problem } = how === 'word' ? split : apart;
  const ready = how === 'word' ? term.trim() : other;
  const submit = (event) => {
    event.preventDefault();
    if (!ready || busy) return;
    if (how === 'word') split.send({ ...body, term: term.trim() });
    else apart.send({ ...body, other });
  };
  const foot = html`<button type="button" class="button" onClick=${onClose}>${t('cancel')}</button>
    <button type="submit" form="split-form" class="button primary" disabled=${busy || !ready}>${t(how === 'word' ? 'confirm_split' : 'confirm_apart')}</button>`;
  return html`<${Dialog} title=${t('split_title')} onClose=${onClose} foot=${foot}>
    <form id="split-form" class="stack" onSubmit=${submit}>
      ${others.length > 0 && html`<fieldset class="stack"><legend class="field-name">${t('apart_how')}</legend>
        ${['group', 'word'].map((each) => html`<label key=${each} class="check"><input type="radio" name="apart-how" checked=${how === each}
          onChange=${() => setHow(each)} />${t(`apart_${each}`)}</label>`)}
      </fieldset>`}
      ${how === 'group' ? html`<p>${t('apart_body', { name: nameOf(group) })}</p>
        <${Field} name=${t('apart_other')}>${(a) => html`<select ...${a} value=${other} onChange=${(event) => setOther(event.target.value)}>
          ${others.map((each) => html`<option key=${each.id} value=${each.id}>${nameOf(each)}</option>`)}
        </select>`}<//>` : html`<p>${t('split_body', { name: nameOf(group) })}</p>
        <${Field} name=${t('split_word')} hint=${t('split_hint')}>${(a) => html`<input ...${a} maxlength="20" value=${term} autofocus
          onInput=${(event) => setTerm(event.target.value)} />`}<//>`}
    </form>
    ${problem && html`<${Problem} problem=${problem} />`}
  <//>`;
}
