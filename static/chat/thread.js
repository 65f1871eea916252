// What I sent to my teacher: the dialog that says exactly what will be seen, how it stands, and the replies.

import { html, useEffect, useState } from '../vendor/preact.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { locale, pick, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Field, Note, Problem } from '../shared/parts.js';
import { teacherWord } from '../shared/roles.js';
import { AnswerText } from './answer.js';
import { texts as own } from './texts_thread.js';

export const t = texts(own);
export const NOTE_CHARS = 500;

/** A teacher's words below the answer; what I may do depends on how the thread stands. */
export function Thread({ turn, act }) {
  const { thread } = turn;
  const [replying, setReplying] = useState(false);
  const answered = thread?.state === 'answered';
  useEffect(() => {
    if (answered) act.thread(turn.id, 'read');
  }, [answered, thread?.posts.length]);
  useEffect(() => setReplying(false), [thread?.state]);
  if (!thread) return null;
  const teacher = teacherWord(act.site);
  const withdraw = async () => {
    const sure = await confirm({ title: t('withdraw_title'), body: t('withdraw_body', { teacher }), action: t('withdraw'), danger: true });
    if (sure) act.thread(turn.id, 'withdraw');
  };
  return html`<section class="thread" aria-label=${t('ask_person', { teacher })}>
    ${thread.posts.map((post, place) => html`<div key=${place} class=${post.by ? 'post from-teacher' : 'post'}>
      <p class="aside">${post.by && html`<${Icon} name="user-round" size=${16} />`} ${post.by ? t('answered', { by: post.by }) : t(place ? 'my_reply' : 'my_note')}</p>
      <p class="post-text">${post.text}</p>
    </div>`)}
    ${thread.state === 'waiting' && html`<p class="aside row"><${Icon} name="hourglass" size=${16} />${t('waiting', { teacher })}
      ${thread.posts.every((post) => !post.by) && html`<button type="button" class="button small quiet" onClick=${withdraw}>${t('withdraw')}</button>`}</p>`}
    ${answered && html`<p class="row">
      <button type="button" class="button small" onClick=${() => act.thread(turn.id, 'close')}>${t('done_with_it')}</button>
      ${thread.mayReply && html`<button type="button" class="button small quiet" onClick=${() => setReplying(true)}>${t('reply')}</button>`}</p>`}
    ${thread.state === 'closed' && html`<p class="aside">${t('closed')}</p>`}
    ${replying && html`<${ReplyDialog} teacher=${teacher} problem=${act.problem} online=${act.isOnline}
      onSend=${(text) => act.thread(turn.id, 'reply', text)} onClose=${() => setReplying(false)} />`}
  </section>`;
}

function ReplyDialog({ teacher, problem, online, onSend, onClose }) {
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    if (text.trim() && online) onSend(text.trim());
  };
  const foot = html`<button type="button" class="button" onClick=${onClose}>${t('cancel')}</button>
    <button type="submit" form="thread-reply" class="button primary" disabled=${!text.trim() || !online}>${t('reply_send')}</button>`;
  return html`<${Dialog} title=${t('reply_title', { teacher })} onClose=${onClose} foot=${foot}>
    <form id="thread-reply" class="stack" onSubmit=${submit}>
      <p>${t('reply_body')}</p>
      <${Field} name=${t('reply_text')}>${(a) => html`<textarea ...${a} rows="4" maxlength=${NOTE_CHARS} value=${text} autofocus
        onInput=${(event) => setText(event.target.value)} />`}<//>
      ${!online && html`<${Note} kind="warn" icon="wifi-off">${t('offline')}<//>`}
      ${problem && html`<${Problem} problem=${problem} />`}
    </form>
  <//>`;
}

/** Before a turn is sent: what the teacher will see, and nothing is sent without this. `onJoin` leads into a class. */
export function AskTeacherDialog({ turn, site, problem, online, onSend, onJoin, onClose }) {
  const [note, setNote] = useState('');
  const teacher = teacherWord(site);
  useEffect(() => {
    if (turn.thread) onClose(); // it is sent
  }, [turn.thread?.state]);
  if (!site.class && !site.asks_without_class) {
    const foot = html`<button type="button" class="button" onClick=${onClose}>${t('close_dialog')}</button>
      <button type="button" class="button primary" onClick=${onJoin}>${t('join')}</button>`;
    return html`<${Dialog} title=${t('dialog_title', { teacher })} onClose=${onClose} foot=${foot}>
      <p>${t('no_class', { teacher, class_word: pick(site.class_word) })}</p><//>`;
  }
  const submit = (event) => {
    event.preventDefault();
    if (online) onSend(note.trim());
  };
  const foot = html`<button type="button" class="button" onClick=${onClose}>${t('cancel')}</button>
    <button type="submit" form="ask-teacher" class="button primary" disabled=${!online}>${t('send', { teacher })}</button>`;
  return html`<${Dialog} title=${t('dialog_title', { teacher })} onClose=${onClose} foot=${foot}>
    <form id="ask-teacher" class="stack" onSubmit=${submit}>
      <p>${t('dialog_what', { teacher })}</p>
      <dl class="sees" tabindex="0">
        <dt>${t('your_question')}</dt><dd>${turn.id ? turn.question : turn.written}</dd>
        ${turn.answer && html`<dt>${t('its_answer')}</dt><dd class="as-shown"><${AnswerText} text=${turn.answer} /></dd>`}
      </dl>
      <${Field} name=${t('note')} hint=${t('note_hint', { n: NOTE_CHARS })}>${(a) => html`<textarea ...${a} rows="3" maxlength=${NOTE_CHARS} value=${note}
        onInput=${(event) => setNote(event.target.value)} />`}<//>
      <p class="hint">${t('dialog_name')}</p>
      ${!online && html`<${Note} kind="warn" icon="wifi-off">${t('offline')}<//>`}
      ${problem && html`<${Problem} problem=${problem} />`}
    </form>
  <//>`;
}

/** One quiet line above the input: what may be asked here, and by whom it is led now. */
export function StageNote({ site, nowMs = Date.now() }) {
  const { stage, hints_first: hints, led_until_ms: until, led_by: by } = site.stage;
  const teacher = teacherWord(site);
  const time = () => new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(until);
  const text = stage === 'primary'
    ? until > nowMs ? t('stage_led', { by: by || teacher, time: time() }) : t('stage_primary', { teacher })
    : hints || stage === 'lower_secondary' ? t('stage_hints') : null;
  return text && html`<p class="line quiet-line"><${Icon} name="school" size=${16} />${text}</p>`;
}
