// Hits that a person is to look at. A wrong one can become an allow phrase in the draft of the word desk.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { waitingChanged } from '../shared/alerts.js';
import { Dialog } from '../shared/dialog.js';
import { moment, number } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Field, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { dayIn } from './hits.js';
import { hitWord, named, t } from './say.js';

const STEP = 50;
const MOST = 200; // who has looked at so many comes to the rest as these are done

export function Review({ options }) {
  const [state, setState] = useState('open');
  const [wrong, setWrong] = useState(null);
  const [limit, setLimit] = useState(STEP);
  const { value, problem, reload } = useLoad((signal) => api.get('/api/records/reviews', { state, limit }, signal), [state, limit]);
  const settle = async (hit, body) => {
    try {
      const answer = await api.post(`/api/records/reviews/${hit.id}`, body);
      toast(answer.word ? t('allowAdded', { text: answer.word.text }) : t('reviewedNow'));
      setWrong(null);
    } catch (failure) {
      toast(failure.message, { kind: 'refuse', seconds: 8 });
      if (failure.code === 'duplicate' || failure.code === 'bad_word') return; // the dialog stays, to be corrected
      setWrong(null);
    }
    reload();
    waitingChanged();
  };
  return html`
    <div class="row">${['open', 'done'].map((name) => html`
      <button key=${name} type="button" class="button small" aria-pressed=${String(state === name)} onClick=${() => { setState(name); setLimit(STEP); }}>${t(`queue.${name}`)}</button>`)}
      ${value && html`<span class="quiet-text small" role="status">${value.total === null ? t('moreThan', { n: number(value.counted) }) : t('total', { n: number(value.total) })}</span>`}</div>
    ${options.hit_text === 'none' && state === 'open' && html`<${Note}>${t('reviewNoText')}<//>`}
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
      : !value ? html`<${Wait} />`
      : value.hits.length === 0 ? html`<${Empty} icon="circle-check" title=${t(`queueEmpty.${state}`)}><p>${t('queueEmptyBody')}</p><//>`
      : html`<ol class="queue">${value.hits.map((hit) => html`
          <li key=${hit.id} class="card queue-row">
            <div><strong class="queue-word">${hitWord(hit)}</strong>
              <p class="quiet-text small">${[hit.category, hit.list_name, named('lane', hit.lane), t(`direction.${hit.direction}`)].filter(Boolean).join(' · ')}</p>
              <p class="quiet-text small">${options.exact_times ? moment(hit.at_ms) : dayIn(options.timezone)(hit.at_ms)} · ${hit.asker} · ${t('versionN', { n: hit.lists_version })}</p>
              ${hit.text && html`<p class="context">${hit.text}</p>`}
              ${hit.sealed && html`<p class="small row"><${Icon} name="lock" size=${16} />${t('sealed')}</p>`}
              ${hit.review !== 'open' && html`<p class="small">${t(`review.${hit.review}`)} · ${t('handledBy', { who: hit.handled_by, when: moment(hit.handled_at_ms) })}${hit.handled_note && ` · ${hit.handled_note}`}</p>`}</div>
            ${hit.review === 'open' && html`<div class="row">
              <button type="button" class="button small" aria-label=${`${t('right')}: ${hitWord(hit)}`} onClick=${() => settle(hit, { decision: 'right', note: '' })}><${Icon} name="check" size=${16} />${t('right')}</button>
              <button type="button" class="button small" aria-label=${`${t('wrong')}: ${hitWord(hit)}`} onClick=${() => setWrong(hit)}><${Icon} name="x" size=${16} />${t('wrong')}</button></div>`}
          </li>`)}</ol>
          ${value.hits.length === limit && limit < MOST && html`<p><button type="button" class="button small" onClick=${() => setLimit(limit + STEP)}>${t('more')}</button></p>`}`}
    ${wrong && html`<${WrongDialog} hit=${wrong} onSettle=${(body) => settle(wrong, body)} onClose=${() => setWrong(null)} />`}`;
}

function WrongDialog({ hit, onSettle, onClose }) {
  const [text, setText] = useState(hit.word);
  const [note, setNote] = useState('');
  const allow = (event) => {
    event.preventDefault();
    onSettle({ decision: 'wrong', note, allow: { text: text.trim() } });
  };
  const spares = text.trim() === hit.word;
  return html`<${Dialog} title=${t('wrongTitle', { word: hitWord(hit) })} onClose=${onClose}>
    <form class="stack" onSubmit=${allow}>
      <${Field} name=${t('allowPhrase')} hint=${t(spares ? 'allowWhole' : 'allowHint', { category: hit.category })}>
        ${(a) => html`<input ...${a} required maxlength="100" value=${text} onInput=${(event) => setText(event.currentTarget.value)} />`}<//>
      <${Field} name=${t('reason')}>${(a) => html`<input ...${a} maxlength="500" value=${note} onInput=${(event) => setNote(event.currentTarget.value)} />`}<//>
      <div class="row">
        <button class="button primary">${t('wrongAllow')}</button>
        <button type="button" class="button" onClick=${() => onSettle({ decision: 'wrong', note })}>${t('wrongOnly')}</button></div>
      <p class="hint">${t('allowDraft')} <a href="/words">${t('toWords')}</a></p>
    </form>
  <//>`;
}
