// Import in two steps: look at what a file would do, then do it. A file with mistakes imports nothing and names each line.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { Field, Note } from '../shared/parts.js';
import { t } from './say.js';

const MOST_BYTES = 8 * 1024 * 1024; // as filters/files.py has it
const STEP = 200; // rows of the table in the dialog at once; a button shows further ones

export function ImportDialog({ desk, lists, list, onDone, onClose }) {
  const [into, setInto] = useState(list ?? lists[0]?.id);
  const [file, setFile] = useState(null);
  const [preview, setPreview] = useState(null);
  const [problem, setProblem] = useState(null);
  const [origin, setOrigin] = useState({ source: '', licence: '' });
  const [update, setUpdate] = useState(false); // words that are there otherwise become what the file says
  const [busy, setBusy] = useState(false);
  async function run(dryRun) {
    if (file.size > MOST_BYTES) { // known without sending it
      setProblem({ message: t('reason.too_large') });
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const report = await desk.importFile(file, into, { ...origin, dryRun, update, asOf: dryRun ? null : preview.as_of_ms });
      if (dryRun) setPreview(report);
      else onDone(report);
    } catch (error) {
      setPreview(null);
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }
  const changed = (set) => (event) => {
    set(event);
    setPreview(null);
    setProblem(null);
  };
  const ready = file && into && !busy;
  const numChanged = preview && update ? preview.num_different : 0;
  const foot = preview
    ? html`<button type="button" class="button primary" disabled=${!ready || preview.num_new + numChanged === 0} onClick=${() => run(false)}>
        ${t(numChanged ? 'importNowUpdate' : 'importNow', { n: preview.num_new, m: numChanged })}</button>`
    : html`<button type="button" class="button primary" disabled=${!ready} onClick=${() => run(true)}>${t('preview')}</button>`;
  return html`
    <${Dialog} kind="large" title=${t('importTitle')} onClose=${onClose} foot=${foot}>
      <${Field} name=${t('importFile')}>${(a) => html`<input ...${a} type="file" accept=".txt,.csv,.json,text/plain,text/csv,application/json"
        onChange=${changed((event) => setFile(event.currentTarget.files[0] ?? null))} />`}<//>
      <${Field} name=${t('importInto')}>${(a) => html`<select ...${a} value=${into} onChange=${changed((event) => setInto(event.currentTarget.value))}>
        ${lists.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select>`}<//>
      ${['source', 'licence'].map((field) => html`<${Field} key=${field} name=${t(field)} hint=${t(`${field}.hint`)}>${(a) => html`<input ...${a} maxlength="300"
        value=${origin[field]} onInput=${(event) => setOrigin({ ...origin, [field]: event.currentTarget.value })} />`}<//>`)}
      <div role="status" class="stack">
        ${problem && html`<${Bad} problem=${problem} />`}
        ${preview && html`<${Preview} preview=${preview} kind=${lists.find((each) => each.id === into)?.kind} update=${update} onUpdate=${setUpdate} />`}
      </div>
    <//>`;
}

function Bad({ problem }) {
  const bad = problem.code === 'bad_import' && problem.details.length > 0;
  return html`
    <${Note} kind="refuse" icon="circle-alert">${bad ? t('importBad', { n: problem.details.length }) : problem.message}<//>
    ${bad && html`<${Lines} rows=${problem.details.map(({ line, text, reason }) => [line, text, t(`reason.${reason}`)])} />`}`;
}

function Preview({ preview, kind, update, onUpdate }) {
  const { findings, num_different: different } = preview;
  const counts = { fresh: preview.num_new, different, same: preview.num_known - different, repeated: preview.num_repeated };
  return html`
    <p>${t('importPreview', { fresh: preview.num_new, known: preview.num_known })}</p>
    <p class="quiet-text small">${t('importCounts', counts)}</p>
    ${different > 0 && html`<label class="check"><input type="checkbox" checked=${update} onChange=${(event) => onUpdate(event.currentTarget.checked)} />${t('importUpdate', { n: different })}</label>`}
    ${['harmless', 'recent'].filter((name) => preview[name].num_texts > 0).map((name) => html`<p key=${name} class="quiet-text small">
      ${t(`${kind === 'allow' ? 'spared' : 'rate'}.${name}`, { hit: preview[name].num_hit, n: preview[name].num_texts })}</p>`)}
    ${findings.length > 0 && html`
      <${Note} kind="warn" icon="triangle-alert">${t('findings', { n: findings.length })}<//>
      <${Lines} rows=${findings.map(({ line, text, code }) => [line, text, t(`finding.${code}`)])} />`}`;
}

function Lines({ rows }) {
  const [shown, setShown] = useState(STEP);
  useEffect(() => setShown(STEP), [rows.length]);
  const rest = Math.min(STEP, rows.length - shown);
  return html`<div class="table-box import-lines"><table>
    <thead><tr><th class="number">${t('line')}</th><th>${t('word')}</th><th>${t('reason')}</th></tr></thead>
    <tbody>${rows.slice(0, shown).map(([line, text, reason], index) => html`
      <tr key=${index}><td class="number">${line}</td><td>${text}</td><td>${reason}</td></tr>`)}</tbody>
  </table>${rest > 0 && html`<button type="button" class="button small" onClick=${() => setShown(shown + STEP)}>${t('moreLines', { n: rest })}</button>`}</div>`;
}
