// What people sent to their teacher on purpose: read, and answered here. What is being written is kept in this tab of the
// browser, so that nothing is lost when the login ends or the page is left.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { locale, texts as dictionary } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { keep, kept, sessionStore } from '../shared/keep.js';
import { Empty, Field, Problem, useLoad, Wait } from '../shared/parts.js';
import { LOOK_AGAIN_MS, useLookAgain } from '../shared/look_again.js';
import { teacherWord } from '../shared/roles.js';
import { toast } from '../shared/toast.js';
import { AiAnswer } from './ai_answer.js';
import { texts } from './texts_tabs.js';
import { WriteAnswer } from './write_answer.js';

const t = dictionary(texts);
const ANSWER_CHARS = 4000;

const when = (ms) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(ms);

export function Threads({ site, choice, hasAnswers, onChanged }) {
  const [all, setAll] = useState(false);
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/stats/threads', { class: choice.classId, ...(all ? {} : { state: 'waiting' }) }, signal),
    [choice.classId, all],
  );
  useLookAgain(reload, LOOK_AGAIN_MS);
  const teacher = teacherWord(site);
  const changed = () => {
    reload();
    onChanged();
  };
  return html`
    <p class="hint">${t('threads_intro')}</p>
    <div class="row no-print">
      <label class="check"><input type="checkbox" checked=${all} onChange=${(event) => setAll(event.target.checked)} />${t('show_all')}</label>
      <button type="button" class="button small quiet" onClick=${changed}><${Icon} name="refresh-cw" size=${16} />${t('refresh')}</button>
    </div>
    ${problem && html`<${Problem} problem=${problem} onRetry=${reload} />`}
    ${!value ? !problem && html`<${Wait} />`
      : value.threads.length === 0 ? html`<${Empty} icon="user-round" title=${t('threads_none')}><p>${t('threads_none_body', { teacher })}</p><//>`
      : html`<ul class="threads">${value.threads.map((each) => html`<${OneThread} key=${each.id} thread=${each} hasAnswers=${hasAnswers} onChanged=${changed} />`)}</ul>`}`;
}

function OneThread({ thread, hasAnswers, onChanged }) {
  const { id, state, posts } = thread;
  const key = `answer.${id}`;
  const [text, setText] = useState(() => kept(key, sessionStore) ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const write = (next) => {
    setText(next);
    keep(key, next || null, sessionStore);
  };
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api.post(`/api/stats/threads/${encodeURIComponent(id)}/answer`, { text });
      write('');
      toast(t('sent'));
      onChanged();
    } catch (failure) {
      setProblem(failure); // what was written stays
    }
    setBusy(false);
  };
  const said = posts.filter((post) => post.by).at(-1);
  return html`<li class="card stack">
    <p class="row"><span class="tag">${t(state)}</span><span class="quiet-text small">${t('from', { asker: thread.asker, when: when(thread.sent_at_ms) })}</span></p>
    <p class="thread-text"><strong>${thread.question}</strong></p>
    ${thread.answer ? html`<${AiAnswer} summary=${t('its_answer')} text=${thread.answer} />`
      : html`<p class="quiet-text">${t('no_answer')}</p>`}
    ${posts.map((post, place) => html`<div key=${place}><p class="hint">${post.by ? t('said', { by: post.by }) : t(place ? 'again' : 'note')}</p>
      <p class="thread-text">${post.text}</p></div>`)}
    ${state === 'waiting' && html`<form class="stack no-print" onSubmit=${send}>
      <${Field} name=${t('reply')} hint=${t('reply_hint')}>${(a) => html`<textarea ...${a} rows="3" maxlength=${ANSWER_CHARS} value=${text}
        onInput=${(event) => write(event.target.value)} />`}<//>
      ${problem && html`<${Problem} problem=${problem} />`}
      <p><button class="button primary" disabled=${busy || !text.trim()}>${t('send')}</button></p>
    </form>`}
    ${hasAnswers && said && html`<p><${WriteAnswer} question=${thread.question} classId=${thread.class_id} text=${said.text} /></p>`}
  </li>`;
}
