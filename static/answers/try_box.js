// What a question would get: the answer, or what is near and why it is not given.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Field, Problem } from '../shared/parts.js';
import { percent, t } from './say.js';

const TYPING_MS = 200;

/** `stamp` changes when answers have changed. */
export function TryBox({ scope, stamp }) {
  const [question, setQuestion] = useState('');
  const [classId, setClassId] = useState(scope.forAll ? '' : scope.classes[0]?.id ?? '');
  const [tried, setTried] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    let gone = false;
    const soon = setTimeout(() => {
      if (!question.trim()) { setTried(null); setProblem(null); return; }
      api.post('/api/answers/try', { question, class_id: classId || null }).then(
        (found) => { if (!gone) { setTried(found); setProblem(null); } },
        (failure) => gone || setProblem(failure),
      );
    }, TYPING_MS);
    return () => { gone = true; clearTimeout(soon); };
  }, [question, classId, stamp]);
  return html`<aside class="card stack answers-try" aria-label=${t('try_title')}>
    <h2>${t('try_title')}</h2>
    <${Field} name=${t('try_label')} hint=${t('try_hint')}>${(a) => html`<textarea ...${a} rows="2" maxlength="400" value=${question}
      onInput=${(event) => setQuestion(event.target.value)} />`}<//>
    ${scope.classes.length > 0 && html`<${Field} name=${t('scope')}>${(a) => html`<select ...${a} value=${classId} onChange=${(event) => setClassId(event.target.value)}>
      ${scope.forAll && html`<option value="">${t('everybody')}</option>`}
      ${scope.classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select>`}<//>`}
    <div role="status" class="stack">
      ${problem && html`<${Problem} problem=${problem} />`}
      ${tried && !problem && html`<${Found} tried=${tried} />`}
    </div>
  </aside>`;
}

function Found({ tried: { found, nearest } }) {
  const isGiven = (each) => found.ids.includes(each.id);
  if (found.kind === 'nothing' && nearest.length === 0) return html`<p>${t('try_none')}</p>`;
  const shown = found.kind === 'nothing' ? nearest.slice(0, 3) : nearest.filter(isGiven);
  return html`<p>${t(`try_${found.kind}`)}</p>
    <ul class="answers-near">${shown.map((each) => html`<li key=${each.id}>
      <strong>${each.question}</strong>
      ${each.wording !== each.question && html`<span class="hint">${each.wording}</span>`}
      <span class="hint">${t('sureness', { p: percent(each.sureness) })}${!isGiven(each) && ` · ${t(`against_${each.against ?? 'unlike'}`)}`}</span>
    </li>`)}</ul>`;
}
