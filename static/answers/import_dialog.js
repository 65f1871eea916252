// Import in two steps: look at what a file would do, then do it. A file with mistakes imports nothing and names each line.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { Field, Note, Problem } from '../shared/parts.js';
import { t } from './say.js';

export function ImportDialog({ scope, onDone, onClose }) {
  const [file, setFile] = useState(null);
  const [classId, setClassId] = useState(scope.forAll ? '' : scope.classes[0]?.id ?? '');
  const [preview, setPreview] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const changed = (set) => (event) => { set(event); setPreview(null); setProblem(null); };
  const run = async (dryRun) => {
    const form = new FormData();
    form.set('file', file);
    form.set('class_id', classId);
    form.set('dry_run', String(dryRun));
    setBusy(true);
    setProblem(null);
    try {
      const report = await api.upload('/api/answers/import', form);
      if (dryRun) setPreview(report);
      else onDone(report);
    } catch (failure) {
      setPreview(null);
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  const n = preview ? preview.num_new + preview.num_changed : 0;
  const foot = preview
    ? html`<button type="button" class="button primary" disabled=${busy || n === 0} onClick=${() => run(false)}>${t('import_now', { n })}</button>`
    : html`<button type="button" class="button primary" disabled=${busy || !file} onClick=${() => run(true)}>${t('preview')}</button>`;
  return html`<${Dialog} kind="large" title=${t('import_title')} onClose=${onClose} foot=${foot}>
    <${Field} name=${t('import_file')} hint=${t('import_hint')}>${(a) => html`<input ...${a} type="file" accept=".csv,.tsv,.xlsx,.json"
      onChange=${changed((event) => setFile(event.currentTarget.files[0] ?? null))} />`}<//>
    <${Field} name=${t('import_scope')}>${(a) => html`<select ...${a} value=${classId} onChange=${changed((event) => setClassId(event.currentTarget.value))}>
      ${scope.forAll && html`<option value="">${t('everybody')}</option>`}
      ${scope.classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select>`}<//>
    <div role="status" class="stack">
      ${problem && html`<${Bad} problem=${problem} />`}
      ${preview && html`<${Preview} preview=${preview} />`}
    </div>
  <//>`;
}

function Bad({ problem }) {
  if (problem.code !== 'bad_import') return html`<${Problem} problem=${problem} />`;
  return html`<${Note} kind="refuse" icon="circle-alert">${t('import_bad', { n: problem.details.length })}<//>
    <${Lines} heads=${['line', 'content', 'reason']} rows=${problem.details.map(({ line, text, reason }) => [line || '–', text, reason])} />`;
}

function Preview({ preview }) {
  const rows = ['new', 'changed'].flatMap((kind) => preview[kind].map((question) => [t(`import_${kind}`), question]));
  return html`<p>${t('import_report', { fresh: preview.num_new, changed: preview.num_changed, same: preview.num_same })}</p>
    ${rows.length > 0 && html`<${Lines} heads=${['reason', 'question']} rows=${rows} />`}`;
}

const Lines = ({ heads, rows }) => html`<div class="table-box answers-lines" tabindex="0" role="region" aria-label=${t('content')}><table>
  <thead><tr>${heads.map((head) => html`<th key=${head} scope="col">${t(head)}</th>`)}</tr></thead>
  <tbody>${rows.map((row, place) => html`<tr key=${place}>${row.map((cell, column) => html`<td key=${column}>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
