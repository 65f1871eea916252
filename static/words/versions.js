// The published versions: compared with one another, and brought back.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { moment } from '../shared/i18n.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { DifferenceView, titleOf } from './difference_view.js';
import { t } from './say.js';

const SHIPPED_BY = 'Dayi';

/** `onRollback(number)` asks and brings back. */
export function Versions({ desk, onRollback }) {
  const { value, problem, reload } = useLoad(() => desk.versions(), []);
  const [pair, setPair] = useState(null);
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const { versions } = value;
  const newest = versions[0].number;
  if (pair) return html`<div class="stack"><${Pair} versions=${versions} pair=${pair} onChange=${setPair} />
    <h3>${titleOf(pair.from, pair.to)}</h3><${DifferenceView} desk=${desk} ...${pair} /></div>`;
  const both = newest > 1 && html`<button type="button" class="button small" onClick=${() => setPair({ from: versions[1].number, to: newest })}>${t('compare')}</button>`;
  return html`<div class="stack"><div>${both}</div><ol class="record">${versions.map((version) => html`
    <li key=${version.number}><strong>${t('version', { number: version.number })}</strong>
      <span>${t('words', { n: version.num_words })} · ${t('allow', { n: version.num_allow })}${version.comment && ` · ${version.comment}`}</span>
      <span class="row"><span class="quiet-text small">${t('publishedAt', { who: version.published_by, when: moment(version.published_at_ms) })}</span>
        ${tagsOf(version, newest).map((tag) => html`<span key=${tag} class="tag">${tag}</span>`)}
        ${version.number > 1 && html`<button type="button" class="button small quiet" onClick=${() => setPair({ from: version.number - 1, to: version.number })}>${t('withBefore')}</button>`}
        ${version.number !== newest && html`<button type="button" class="button small" onClick=${() => onRollback(version.number)}
          aria-label=${`${t('rollback')} ${t('version', { number: version.number })}`}>${t('rollback')}</button>`}</span></li>`)}</ol></div>`;
}

function tagsOf(version, newest) {
  const how = version.approved_by ? t('approvedBy', { who: version.approved_by }) : version.published_by !== SHIPPED_BY && t('byOne');
  return [version.number === newest && t('inEffect'), how, version.restores && t('restoresTag', { number: version.restores })].filter(Boolean);
}

function Pair({ versions, pair, onChange }) {
  const choice = (side, label) => html`<label class="row"><span class="field-name">${t(label)}</span>
    <select class="short" value=${pair[side]} onChange=${(event) => onChange({ ...pair, [side]: Number(event.currentTarget.value) })}>
      ${versions.map(({ number }) => html`<option key=${number} value=${number}>${t('version', { number })}</option>`)}</select></label>`;
  return html`<div class="row">${choice('from', 'compareFrom')}${choice('to', 'compareTo')}
    <button type="button" class="button small quiet push" onClick=${() => onChange(null)}>${t('versions')}</button></div>`;
}

/** What becomes of a draft that is in the way of a rollback: 'keep', 'discard', or nothing is done. */
export function RollbackDialog({ number, numChanges, secondPerson, onDone, onClose }) {
  const waits = numChanges > 0;
  const foot = html`<button type="button" class="button" onClick=${onClose} autofocus>${t('cancel')}</button>
    ${waits && html`<button type="button" class="button danger" onClick=${() => onDone('discard')}>${t('dropDraft')}</button>`}
    <button type="button" class="button primary" onClick=${() => onDone(waits ? 'keep' : null)}>${t(waits ? 'keepDraft' : 'rollback')}</button>`;
  return html`<${Dialog} title=${t('rollbackTitle', { number })} onClose=${onClose} foot=${foot}>
    <p>${t(secondPerson ? 'rollbackDraftText' : 'rollbackText', { number })}</p>
    ${waits && html`<p><strong>${t('draftInTheWay', { n: numChanges })}</strong></p>`}
  <//>`;
}
