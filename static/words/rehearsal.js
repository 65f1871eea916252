// The rehearsal: what the draft would change on the last messages, on harmless text and on the saved texts.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { moment } from '../shared/i18n.js';
import { Note, Problem, Wait } from '../shared/parts.js';
import { t } from './say.js';

const LOOK_AGAIN_MS = 400;
const DAYS = [7, 30, 90, 365];
const PARTS = ['messages', 'harmless', 'samples'];
const TURNS = ['newly', 'gone', 'changed'];

export function RehearsalDialog({ desk, onClose, onDone }) {
  return html`<${Dialog} kind="large" title=${t('rehearsalTitle')} onClose=${onClose}>
    <p>${t('rehearsalText')}</p>
    <${Rehearsal} desk=${desk} onDone=${onDone} />
  <//>`;
}

/** What was rehearsed last, and the button that does it (again). `fixed`: only looked at. */
export function Rehearsal({ desk, onDone, fixed = false }) {
  const [state, setState] = useState(null);
  const [problem, setProblem] = useState(null);
  const [days, setDays] = useState(30);
  const timer = useRef(null);
  const alive = useRef(true);
  const look = async (ask) => {
    try {
      const { rehearsal } = await ask();
      if (!alive.current) return;
      setState(rehearsal);
      setProblem(null);
      if (rehearsal.state === 'running') timer.current = setTimeout(() => look(desk.rehearsal).then((now) => now?.state === 'done' && onDone?.()), LOOK_AGAIN_MS);
      return rehearsal;
    } catch (error) {
      if (alive.current) setProblem(error);
      return null;
    }
  };
  useEffect(() => {
    alive.current = true;
    look(desk.rehearsal);
    return () => { alive.current = false; clearTimeout(timer.current); };
  }, []);
  if (!state && !problem) return html`<${Wait} />`;
  const running = state?.state === 'running';
  return html`<div class="stack rehearsal">
    ${!fixed && html`<div class="row">
      <label class="row"><span class="field-name">${t('rehearsalDays')}</span>
        <select class="short" value=${days} onChange=${(event) => setDays(Number(event.currentTarget.value))}>
          ${DAYS.map((n) => html`<option key=${n} value=${n}>${t('days', { n })}</option>`)}</select></label>
      <button type="button" class="button primary" disabled=${running} onClick=${() => look(() => desk.rehearse(days))}>
        ${t(state?.result ? 'again' : 'startRehearsal')}</button></div>`}
    <div role="status">
      ${problem && html`<${Problem} problem=${problem} />`}
      ${state?.state === 'failed' && html`<${Note} kind="refuse" icon="circle-alert">${state.problem}<//>`}
      ${running && html`<label class="stack"><span>${t('rehearsing', { done: state.num_done, total: state.num_total || '…' })}</span>
        <progress max=${state.num_total || 1} value=${state.num_done}></progress></label>`}
      ${state?.is_stale && html`<${Note} kind="warn" icon="triangle-alert">${t('rehearsalStale')}<//>`}
    </div>
    ${state?.result && html`<${Result} state=${state} />`}
  </div>`;
}

function Result({ state }) {
  const { result } = state;
  const { wrong } = result.samples;
  return html`
    <p class="quiet-text small">${t('rehearsedAt', { who: state.who, when: moment(state.at_ms), days: result.days })}</p>
    ${wrong.length > 0 && html`<${Note} kind="refuse" icon="circle-alert">${t('wrongSamples', { n: wrong.length })}
      <ul>${wrong.map((each, index) => html`<li key=${index}>${t('wrongSample', {
        name: each.name, expected: t(`action.${each.expected}`), action: t(`action.${each.action}`) })}</li>`)}</ul><//>`}
    <div class="table-box"><table>
      <thead><tr><td></td>${TURNS.map((turn) => html`<th key=${turn} class="number">${t(turn)}</th>`)}</tr></thead>
      <tbody>${PARTS.map((part) => html`<tr key=${part}><th scope="row">${t(`part.${part}`)} <small class="quiet-text">${t('numTexts', { n: result[part].num_texts })}</small></th>
        ${TURNS.map((turn) => html`<td key=${turn} class="number"><strong>${result[part][turn].num_texts}</strong></td>`)}</tr>`)}</tbody>
    </table></div>
    ${PARTS.map((part) => html`<${Part} key=${part} name=${part} found=${result[part]} />`)}`;
}

function Part({ name, found }) {
  const turns = TURNS.filter((turn) => found[turn].num_texts > 0);
  return html`<section class="stack rehearsed"><h3>${t(`part.${name}`)}</h3>
    ${name === 'messages' && html`<p class="quiet-text small">${t('messagesHint')}</p>`}
    ${turns.length === 0 && html`<p class="quiet-text">${t(found.num_texts ? 'noneChanged' : 'noTexts')}</p>`}
    ${turns.map((turn) => html`<div key=${turn} class="stack">
      <h4>${t(turn)} · ${t('numTexts', { n: found[turn].num_texts })}</h4>
      <p class="small quiet-text">${found[turn].by.map((each) => t('hitsOf', { list: each.list_name || '—', category: each.category || '—', n: each.num_hits })).join('；')}</p>
      <ul class="hits">${found[turn].examples.map((each, index) => html`<${Example} key=${index} example=${each} />`)}</ul>
    </div>`)}
  </section>`;
}

function Example({ example }) {
  const { quote, before, after } = example;
  const action = (one) => t(`action.${one ?? 'pass'}`);
  return html`<li data-action=${after ?? before}>
    <span class="tried">${quote ? html`${quote[0]}<mark data-action=${after ?? before}>${quote[1]}</mark>${quote[2]}` : t('exampleGone')}</span>
    <span class="quiet-text">${[example.name, t(`direction.${example.direction}`), t('hitWhy', { word: example.word }), example.list_name].filter(Boolean).join(' · ')}</span>
    <span class="quiet-text">${action(before)} → ${action(after)}</span>
  </li>`;
}
