// The record: published versions, and who changed what and when.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { moment } from '../shared/i18n.js';
import { Problem, Wait } from '../shared/parts.js';
import { Tabs } from '../shared/tabs.js';
import { differences, wordsOf } from './difference.js';
import { t } from './say.js';
import { Versions } from './versions.js';

export function History({ desk, start = 'changes', onRollback, onClose }) {
  const [tab, setTab] = useState(start);
  return html`
    <${Dialog} kind="large" title=${t('history')} onClose=${onClose}>
      <${Tabs} names=${['changes', 'imports', 'versions']} chosen=${tab} onChoose=${setTab} label=${t('history')} nameOf=${t} small>
        ${tab === 'versions' ? html`<${Versions} desk=${desk} onRollback=${onRollback} />` : html`<${Changes} key=${tab} desk=${desk} what=${tab === 'imports' ? 'import' : undefined} />`}
      <//>
    <//>`;
}

function Changes({ desk, what }) {
  const [changes, setChanges] = useState([]);
  const [total, setTotal] = useState(null);
  const [problem, setProblem] = useState(null);
  const more = async () => {
    try {
      const answer = await desk.changes(changes.length, what);
      setChanges([...changes, ...answer.changes]);
      setTotal(answer.total);
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => { more(); }, []);
  if (problem) return html`<${Problem} problem=${problem} onRetry=${more} />`;
  if (total === null) return html`<${Wait} />`;
  if (total === 0) return html`<p class="quiet-text">${t('noChanges')}</p>`;
  return html`
    <ol class="record">${changes.map((change, index) => html`
      <li key=${index}><strong>${t(`change.${change.what}`)}</strong>
        <span>${subjectOf(change)}${change.num_words > 1 ? ` (${change.num_words})` : ''} <${Difference} change=${change} /></span>
        <span class="quiet-text small">${t('publishedAt', { who: change.who, when: moment(change.at_ms) })}${placeOf(change)}</span></li>`)}</ol>
    ${changes.length < total && html`<button type="button" class="button small" onClick=${more}>${t('more')}</button>`}`;
}

/** Where a change went: into the draft, back, or into a version. An act that changes no list goes nowhere. */
const placeOf = ({ version }) => {
  if (version === -1) return '';
  return ` · ${version === null ? t('inDraft') : version === 0 ? t('change.discard') : t('version', { number: version })}`;
};

const NUMBERED = ['submit', 'approve', 'refuse', 'withdraw', 'schedule', 'cancel_schedule', 'schedule_failed'];

/** What was changed: the name of a list or a word; of publishing the version's number; of other acts what was said. */
function subjectOf({ what, subject, after }) {
  const said = [after?.comment, after?.reason, after?.publish_at].filter(Boolean);
  if (['publish', 'discard', 'rollback', 'rehearse'].includes(what)) {
    const how = after?.approved_by ? t('approvedBy', { who: after.approved_by }) : after?.by_one_person && t('byOne');
    const back = after?.restores && t('restoresTag', { number: after.restores });
    return [t('version', { number: subject }), back, how, ...said].filter(Boolean).join(' · ');
  }
  if (what === 'second_person') return t(subject);
  return NUMBERED.includes(what) ? [t('numberOf', { number: subject }), ...said].join(' · ') : subject;
}

/** Of an import: its file, where that came from, and under which licence. */
const originOf = ({ what, after }) => what === 'import' && t('origin', {
  file: after.file, source: after.source || t('notSaid'), licence: after.licence || t('notSaid'),
});

/** What is different between before and after, and which words a change to many was about. */
function Difference({ change }) {
  const parts = differences(change, t).map(({ field, from, to }) => t('difference', { field, from, to }));
  const text = [originOf(change), wordsOf(change), ...parts].filter(Boolean).join(' · ');
  return text && html`<span class="quiet-text">${text}</span>`;
}
