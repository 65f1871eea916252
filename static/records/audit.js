// The audit log: who did what and when, and the proof that nobody has tampered with it.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { moment, number } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { FilterBox } from './filter_box.js';
import { named, t } from './say.js';

const NOTHING = { who: '', what: '', from: '', to: '', q: '' };
const PAGE = 100;

export function Audit() {
  const [chosen, setChosen] = useState(NOTHING);
  const [offset, setOffset] = useState(0);
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/records/audit', { ...chosen, offset, limit: PAGE }, signal), [JSON.stringify(chosen), offset]);
  const set = (name) => (event) => {
    setChosen((old) => ({ ...old, [name]: event.currentTarget.value }));
    setOffset(0);
  };
  return html`
    <${Proof} />
    <${FilterBox}><form class="filters" role="search" aria-label=${t('filters')} onSubmit=${(event) => event.preventDefault()}>
      <label class="field"><span class="field-name">${t('from')}</span><input type="date" value=${chosen.from} onInput=${set('from')} /></label>
      <label class="field"><span class="field-name">${t('to')}</span><input type="date" value=${chosen.to} onInput=${set('to')} /></label>
      <label class="field"><span class="field-name">${t('what')}</span><select value=${chosen.what} onChange=${set('what')}><option value="">${t('all')}</option>
        ${(value?.kinds ?? []).map((kind) => html`<option key=${kind} value=${kind}>${named('act', kind)}</option>`)}</select></label>
      <label class="field"><span class="field-name">${t('byWhom')}</span><input maxlength="100" value=${chosen.who} onChange=${set('who')} /></label>
      <label class="field"><span class="field-name">${t('find')}</span><input type="search" maxlength="200" value=${chosen.q} onChange=${set('q')} /></label>
      <div class="row filter-actions"><a class="button small" href="/api/records/audit/export" download><${Icon} name="download" />${t('exportAudit')}</a></div>
    </form><//>
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
      : !value ? html`<${Wait} />`
      : value.rows.length === 0 ? html`<${Empty} icon="list" title=${t('noActs')} />`
      : html`<p class="quiet-text small" role="status">${t('acts', { n: number(value.total) })}</p>
        <div class="table-box hit-table" tabindex="0" role="region" aria-label=${t('tab.audit')}><table>
          <thead><tr><th scope="col" class="number">${t('seq')}</th>${['time', 'byWhom', 'what', 'subject', 'detail'].map((name) => html`<th key=${name} scope="col">${t(name)}</th>`)}<th scope="col">${t('hash')}</th></tr></thead>
          <tbody>${value.rows.map((row) => html`<tr key=${row.seq}>
            <td class="number">${row.seq}</td><td class="when">${moment(row.at_ms)}</td><td>${row.who}</td><td>${named('act', row.what)}</td>
            <td class="word">${row.subject}</td><td class="detail"><${Detail} detail=${row.detail} /></td>
            <td class="code" title=${row.hash}>${row.hash.slice(0, 10)}…</td></tr>`)}</tbody></table></div>
        <div class="row">
          ${offset > 0 && html`<button type="button" class="button small" onClick=${() => setOffset(Math.max(0, offset - PAGE))}>${t('newer')}</button>`}
          ${offset + PAGE < value.total && html`<button type="button" class="button small" onClick=${() => setOffset(offset + PAGE)}>${t('older')}</button>`}</div>`}`;
}

function Detail({ detail }) {
  const text = JSON.stringify(detail);
  if (text === '{}') return null;
  if (text.length < 80) return html`<span class="code">${text}</span>`;
  return html`<details><summary>${t('showDetail')}</summary><pre class="code">${JSON.stringify(detail, null, 1)}</pre></details>`;
}

function Proof() {
  const [head, setHead] = useState('');
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const verify = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      setFound(await api.post('/api/records/audit/verify', { head: head.trim().toLowerCase() || null }));
      setProblem(null);
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  };
  return html`<section class="card stack" aria-labelledby="proof-head">
    <h2 id="proof-head">${t('proof')}</h2>
    <p class="hint">${t('proofWhat')}</p>
    <form class="row proof" onSubmit=${verify}>
      <label class="field grow"><span class="field-name">${t('knownHead')}</span><input class="code" maxlength="64" spellcheck="false" autocomplete="off" value=${head} onInput=${(event) => setHead(event.currentTarget.value)} /></label>
      <button class="button" disabled=${busy}><${Icon} name="shield-check" />${t('verifyNow')}</button>
    </form>
    ${problem && html`<${Problem} problem=${problem} />`}
    ${found && html`<${Note} kind=${found.broken ? 'refuse' : ''} icon=${found.broken ? 'circle-x' : 'circle-check'} role="status">
      ${found.broken ? t('broken', found.broken) : t('whole', { n: number(found.num_rows), seconds: number(found.seconds) })}
      <br />${t('head')} <span class="code hash">${found.head_hash}</span><//>`}
  </section>`;
}
