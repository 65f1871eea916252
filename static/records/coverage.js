// How many words there are of each category against how many there ought to be, and the clock of the weekly review.

import { html, useState } from '../vendor/preact.js';
import { waitingChanged } from '../shared/alerts.js';
import { api } from '../shared/api.js';
import { day, moment, number } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Field, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { t } from './say.js';

const RISKS = ['none', 'a1', 'a2', 'own'];

export function Coverage() {
  const { value, problem, reload } = useLoad((signal) => api.get('/api/records/coverage', {}, signal), []);
  const run = async (work, said) => {
    try {
      await work();
      if (said) toast(said);
    } catch (failure) {
      toast(failure.message, { kind: 'refuse', seconds: 8 });
    }
    reload();
    waitingChanged();
  };
  if (problem && !value) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const target = (category, risk, numWords = 0) => run(() => api.put('/api/records/coverage', { category, risk, num_words: numWords }));
  return html`<div class="two">
    <section class="stack" aria-labelledby="coverage-head">
      <h2 id="coverage-head">${t('tab.coverage')}</h2>
      <${Note}>${t('coverageSource')}<//>
      <${Row} name=${t('allWords')} has=${value.total.num_words} draft=${value.total.num_draft} wants=${value.total.target} strong>
        <${Target} label=${t('allWords')} value=${value.total.target} onSave=${(n) => target('', 'own', n)} /><//>
      ${value.categories.length === 0 && html`<${Empty} icon="list-checks" title=${t('noWords')}><p><a href="/words">${t('toWords')}</a></p><//>`}
      ${value.categories.map((row) => html`<${Row} key=${row.category} name=${row.category || t('noCategory')} has=${row.num_words} draft=${row.num_draft} wants=${row.target}>
        <select aria-label=${`${t('risk')}: ${row.category}`} value=${row.risk} onChange=${(event) => target(row.category, event.currentTarget.value, row.target)}>
          ${RISKS.map((risk) => html`<option key=${risk} value=${risk}>${t(`risk.${risk}`, { n: value.by_risk[risk] ?? '' })}</option>`)}</select>
        ${row.risk === 'own' && html`<${Target} label=${row.category} value=${row.target} onSave=${(n) => target(row.category, 'own', n)} />`}
      <//>`)}
    </section>
    <${Clock} clock=${value.review} onDone=${(note) => run(() => api.post('/api/records/coverage/reviewed', { note }), t('reviewNoted'))} />
  </div>`;
}

function Row({ name, has, draft, wants, strong = false, children }) {
  const share = wants > 0 ? Math.min(1, has / wants) : null;
  const enough = share === null || share >= 1;
  return html`<div class=${`coverage-row ${strong ? 'strong' : ''}`}>
    <div class="coverage-name"><strong>${name}</strong>
      <span class="small">${wants > 0 ? t('ofTarget', { has: number(has), wants: number(wants) }) : t('hasOnly', { n: number(has) })}${draft !== has && html` <span class="quiet-text">${t('inDraft', { n: number(draft) })}</span>`}
        ${share !== null && html` <span class=${enough ? 'enough' : 'short'}>${enough ? t('enough') : t('missing', { n: number(wants - has) })}</span>`}</span></div>
    ${share !== null && html`<progress class=${enough ? 'enough' : ''} max="1" value=${share} aria-label=${name}>${Math.round(share * 100)} %</progress>`}
    <div class="row">${children}</div>
  </div>`;
}

function Target({ label, value, onSave }) {
  const save = (event) => {
    const wanted = Number(event.currentTarget.value);
    if (Number.isInteger(wanted) && wanted >= 0 && wanted <= 1_000_000 && wanted !== value) onSave(wanted);
  };
  return html`<label class="small row">${t('target')} <input class="short-number" type="number" min="0" max="1000000" aria-label=${`${t('target')}: ${label}`} value=${value} onChange=${save} /></label>`;
}

function Clock({ clock, onDone }) {
  const [note, setNote] = useState('');
  const done = (event) => {
    event.preventDefault();
    onDone(note);
    setNote('');
  };
  const said = clock.last === null ? t('neverReviewed') : t(clock.overdue ? 'overdueSince' : 'dueOn', { when: day(clock.due_at_ms) });
  return html`<section class="stack" aria-labelledby="clock-head">
    <h2 id="clock-head">${t('weekly')}</h2>
    <${Note} kind=${clock.overdue ? 'warn' : ''} icon="clock" role="status">${said}<//>
    <form class="stack" onSubmit=${done}>
      <${Field} name=${t('reviewNote')}>${(a) => html`<textarea ...${a} rows="2" maxlength="500" value=${note} onInput=${(event) => setNote(event.currentTarget.value)}></textarea>`}<//>
      <div><button class="button primary"><${Icon} name="check" />${t('markReviewed')}</button></div>
    </form>
    ${clock.history.length > 0 && html`<ol class="history" aria-label=${t('reviewHistory')}>${clock.history.map((each) => html`
      <li key=${each.at_ms}>${moment(each.at_ms)} · ${each.who}${each.note && html`<br /><span class="quiet-text small">${each.note}</span>`}</li>`)}</ol>`}
  </section>`;
}
