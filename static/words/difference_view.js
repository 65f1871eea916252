// What lies between two versions, or between one and the draft: counts per list, a search, and the changes page by page.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { withQuery } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { Icon } from '../shared/icons.js';
import { Pager } from '../shared/pager.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { differences } from './difference.js';
import { t } from './say.js';

const PAGE = 100;
const SEARCH_WAIT_MS = 150;
const KINDS = ['added', 'removed', 'changed'];

/** `to` null: the draft. */
export function DifferenceDialog({ desk, from, to, onClose }) {
  return html`<${Dialog} kind="large" title=${titleOf(from, to)} onClose=${onClose}><${DifferenceView} desk=${desk} from=${from} to=${to} /><//>`;
}

export const titleOf = (from, to) => t('differenceTitle', { from, to: to === null ? t('theDraft') : t('version', { number: to }) });

export function DifferenceView({ desk, from, to }) {
  const [typed, setTyped] = useState('');
  const [look, setLook] = useState({ q: '', kind: '', list: '' });
  const [offset, setOffset] = useState(0);
  const top = useRef(null);
  useEffect(() => {
    const q = typed.trim(); // what was not changed begins no new look: whoever turned a page meanwhile stays there
    const timer = setTimeout(() => setLook((old) => (old.q === q ? old : { ...old, q })), SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => setOffset(0), [look, from, to]);
  const { value, problem, reload } = useLoad(() => desk.difference({ from, to, ...look, offset, limit: PAGE }), [from, to, look, offset]);
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  if (value.lists.length === 0) return html`<p class="quiet-text">${t('noDifference')}</p>`;
  const set = (name) => (event) => setLook({ ...look, [name]: event.currentTarget.value });
  const turn = (next) => {
    setOffset(next);
    top.current.scrollIntoView({ block: 'start' });
  };
  return html`<div class="stack">
    <div class="table-box"><table>
      <thead><tr><th>${t('listRow')}</th>${KINDS.map((kind) => html`<th key=${kind} class="number">${t(`diff.${kind}`)}</th>`)}</tr></thead>
      <tbody>${value.lists.map((each) => html`<tr key=${each.list_name}><td>${each.list_name}</td>
        ${KINDS.map((kind) => html`<td key=${kind} class="number">${each[kind]}</td>`)}</tr>`)}</tbody></table></div>
    <div class="row difference-search" ref=${top}>
      <input type="search" aria-label=${t('searchChanges')} placeholder=${t('searchChanges')} value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} />
      <select aria-label=${t('listRow')} value=${look.list} onChange=${set('list')}><option value="">${t('allOfThem')}</option>
        ${value.lists.map((each) => html`<option key=${each.list_name} value=${each.list_name}>${each.list_name}</option>`)}</select>
      <select aria-label=${t('changes')} value=${look.kind} onChange=${set('kind')}><option value="">${t('all')}</option>
        ${KINDS.map((kind) => html`<option key=${kind} value=${kind}>${t(`diff.${kind}`)}</option>`)}</select>
    </div>
    <p><a class="button small" download href=${withQuery('/api/words/difference/export', { from, to })}><${Icon} name="download" size=${16} />${t('exportDifference')}</a></p>
    ${value.total === 0 && html`<p class="quiet-text">${t('nothingFound')}</p>`}
    <ul class="record difference">${value.changes.map((each, index) => html`<${Changed} key=${index} change=${each} />`)}</ul>
    <${Pager} offset=${offset} size=${PAGE} total=${value.total} onOffset=${turn} />
  </div>`;
}

function Changed({ change }) {
  const sides = [{}, {}];
  for (const [name, both] of Object.entries(change.fields)) both.forEach((value, side) => { sides[side][name] = value; });
  const parts = differences({ what: change.of === 'list' ? 'edit_list' : 'edit_word', before: sides[0], after: sides[1] }, t);
  return html`<li data-kind=${change.kind}><strong>${t(`diff.${change.kind}`)}</strong>
    <span>${change.of === 'list' ? `${t('listRow')} “${change.text}”` : change.text}
      ${change.of === 'word' && html`<span class="quiet-text small"> · ${change.list_name}</span>`}
      ${parts.map(({ field, from, to }) => html`<span key=${field} class="quiet-text small"> · ${t('difference', { field, from, to })}</span>`)}</span></li>`;
}
