// The try-it box: any text, its verdict as one types, with every hit underlined and the reason under it.

import { html, useEffect, useState } from '../vendor/preact.js';
import { segments, strongest } from './highlight.js';
import { ClassView } from './layers.js';
import { Samples } from './samples.js';
import { t } from './say.js';

const WAIT_MS = 200; // after the last key; the server answers in a few milliseconds

/** `stamp` changes with the draft, so that the verdict is asked for again; `classes` have lists of their own. */
export function TryBox({ desk, stamp, classes }) {
  const [text, setText] = useState('');
  const [direction, setDirection] = useState('question');
  const [use, setUse] = useState('draft');
  const [classId, setClassId] = useState(null);
  const [found, setFound] = useState(null);
  useEffect(() => {
    if (!text) { setFound(null); return undefined; }
    let gone = false;
    const timer = setTimeout(async () => {
      try {
        const verdict = await desk.tryText(text, direction, use, classId);
        if (!gone) setFound({ text, direction, verdict });
      } catch (error) {
        if (!gone) setFound({ text, problem: error.message });
      }
    }, WAIT_MS);
    return () => { gone = true; clearTimeout(timer); };
  }, [text, direction, use, classId, stamp]);
  const choice = (name, value, values, set) => html`
    <fieldset class="choice"><legend class="visually-hidden">${t(name)}</legend>
      ${values.map((one) => html`<label key=${one}><input type="radio" name=${name} checked=${value === one}
        onChange=${() => set(one)} /><span>${t(`${name}.${one}`)}</span></label>`)}
    </fieldset>`;
  return html`
    <section class="try" aria-label=${t('tryIt')}>
      <h2>${t('tryIt')}</h2>
      <textarea rows="4" maxlength="20000" aria-label=${t('tryText')} placeholder=${t('tryHint')} value=${text}
        onInput=${(event) => setText(event.currentTarget.value)}></textarea>
      <div class="row">${choice('direction', direction, ['question', 'answer'], setDirection)}
        ${choice('use', use, ['draft', 'published'], setUse)}
        <${ClassView} value=${classId} classes=${classes} onChange=${setClassId} /></div>
      <div aria-live="polite">${found && html`<${Found} ...${found} />`}</div>
      <${Samples} desk=${desk} text=${text} direction=${direction}
        onUse=${(sample) => { setText(sample.text); setDirection(sample.direction); }} />
    </section>`;
}

const nameOfHit = (match) => (match.lane === 'detector' ? t(`detector.${match.word}`, { n: '…' }) : match.word);

function Found({ text, direction, verdict, problem }) {
  if (problem) return html`<p class="note refuse">${t('failed', { message: problem })}</p>`;
  const { matches } = verdict;
  const action = verdict.action ?? 'pass';
  const nothingPasses = action === 'block' && direction === 'question'; // of an answer, what stands before the hit does
  return html`
    <p class="verdict" data-action=${action}><span class="tag">${t('verdict')}</span> <strong>${t(`action.${action}`)}</strong>
      ${verdict.action && html`<span class="quiet-text small">${t(`explain.${verdict.action}`)}</span>`}</p>
    <p class="tried">${segments(text, matches).map((part) => part.matches.length
      ? html`<mark data-action=${strongest(part.matches.map((index) => matches[index].action))}>${part.text}</mark>`
      : part.text)}</p>
    ${matches.length === 0 && html`<p class="quiet-text small">${t('noHit')}</p>`}
    <ul class="hits">${matches.map((match, index) => html`
      <li key=${index} data-action=${match.action}>
        <strong>${match.raw}</strong>
        <span>${t('hitWhy', { word: nameOfHit(match) })} · ${[match.list_name, match.category, t(`action.${match.action}`)].filter(Boolean).join(' · ')}</span>
        <span class="quiet-text">${t('lane', { lane: t(`lane.${match.lane}`) })} · ${match.folded !== match.raw && html`${t('hitFolded', { folded: match.folded })} · `} ${t('position', { start: match.start + 1, end: match.end })}</span>
      </li>`)}</ul>
    <dl class="tried-more">
      ${verdict.text !== text && !nothingPasses && html`<dt>${t('result')}</dt><dd>${verdict.text || '—'}</dd>`}
      <dt>${t('folded')}</dt><dd><code>${verdict.folded}</code></dd>
      <dt>${t('use')}</dt><dd>${t('version', { number: verdict.lists_version })}</dd>
    </dl>`;
}
