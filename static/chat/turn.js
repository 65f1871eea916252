// One question and its answer. What became of it is said in one sentence; the actions below are quiet.

import { html, useState } from '../vendor/preact.js';
import { number, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { IconButton, Note } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { AnswerText } from './answer.js';
import { teacherWord } from '../shared/roles.js';
import { AnswerLabel, ApprovedFoot, labelOf, Offers } from './approved.js';
import { copyText, labelled } from './clipboard.js';
import { NoSources, Sources, Unproven } from './sources.js';
import { texts as own } from './texts.js';
import { t as say, Thread } from './thread.js';

const t = texts(own);
const BAD_REASONS = ['bad_wrong', 'bad_unclear', 'bad_short'];

export function Turn({ turn, last, label, line, act }) {
  return html`<li class="turn">
    <div class="question">
      <h2 class="visually-hidden">${t('your_question')}</h2>
      <div class="bubble">${turn.question}</div>
      ${turn.notices.map((name) => html`<p class="aside" key=${name}>${(name === 'masked' && act.maskedNotice) || t(name)}</p>`)}
    </div>
    ${turn.phase === 'refused' || turn.phase === 'sending'
      ? html`<${Unanswered} turn=${turn} line=${line} act=${act} />`
      : html`<${Answer} turn=${turn} last=${last} label=${label} act=${act} />`}
  </li>`;
}

function Unanswered({ turn, line, act }) {
  if (turn.phase === 'sending') {
    return html`<p class="aside waits">${t(line.state === 'open' ? 'sending' : 'sending_later')}</p>`;
  }
  const again = !['filter', 'too_long', 'stage', 'empty_question'].includes(turn.refusal.code);
  return html`<${Note} kind=${turn.refusal.code === 'filter' ? '' : 'warn'} role="alert" class="refusal">
    <p>${turn.refusal.message}</p>
    <p class="row">
      ${turn.refusal.code === 'stage' && html`<button type="button" class="button small primary" onClick=${() => act.sendToTeacher(turn)}>
        ${say('ask_person', { teacher: teacherWord(act.site) })}</button>`}
      ${again && html`<button type="button" class="button small" onClick=${() => act.askAgain(turn)}>${t('retry')}</button>`}
      <button type="button" class="button small" onClick=${() => act.edit(turn)}>${t('edit')}</button>
    </p>
  <//>`;
}

function waiting(turn) {
  if (turn.stopping) return t('stopping');
  if (turn.phase !== 'queued') return t('thinking');
  if (turn.position < 1) return t('queued_next');
  return t('queued', { n: turn.position, seconds: Math.max(1, Math.round(turn.etaSeconds)) });
}

function Answer({ turn, last, label, act }) {
  const done = turn.phase === 'done';
  return html`<div class="answer" data-label=${labelOf(turn, label)} aria-busy=${done ? undefined : 'true'}>
    <h2 class="visually-hidden">${t('answer')}</h2>
    ${turn.answer && html`<p class="answer-head">
      <${AnswerLabel} turn=${turn} label=${label} />
    </p>`}
    ${turn.passages?.length === 0 && html`<${NoSources} notice=${act.unfoundedNotice} />`}
    ${turn.answer && html`<${AnswerText} text=${turn.answer} growing=${!done} copyLabel=${t('copy_code')} unsupported=${turn.unsupported} />`}
    ${!done && (!turn.answer || turn.stopping) && html`<p class="thinking"><span class="dot"></span>${waiting(turn)}</p>`}
    ${done && html`<${Unproven} facts=${turn.unsupported} />`}
    <${Sources} passages=${turn.passages ?? []} />
    ${done && html`<${ApprovedFoot} approved=${turn.approved} />`}
    ${done && html`<${Offers} turn=${turn} act=${act} />`}
    ${done && turn.origin === 'declined' && !turn.thread && html`<p class="row">
      <button type="button" class="button small" onClick=${() => act.sendToTeacher(turn)}><${Icon} name="user-round" size=${16} />${say('ask_person', { teacher: teacherWord(act.site) })}</button></p>`}
    ${done && html`<${Ending} turn=${turn} last=${last} act=${act} />`}
    ${done && html`<${Actions} turn=${turn} last=${last} label=${label} act=${act} />`}
    <${Thread} turn=${turn} act=${act} />
  </div>`;
}

function Ending({ turn, last, act }) {
  if (turn.finish === 'stop' && !turn.refusal && !turn.message) return null;
  const kind = turn.finish === 'failed' || turn.refusal ? 'warn' : '';
  const message = turn.refusal?.message ?? turn.message ?? t(`done_${turn.finish}`);
  return html`<${Note} kind=${kind} class="ending">
    <span>${message}</span>
    ${last && turn.finish === 'length' && html`<button type="button" class="button small" onClick=${() => act.ask(t('continue_question'))}>
      ${t('continue')}</button>`}
    ${last && (turn.finish === 'failed' || turn.refusal) && html`<button type="button" class="button small" onClick=${() => act.again(turn.id)}>
      ${t('retry')}</button>`}
  <//>`;
}

function Actions({ turn, last, label, act }) {
  const [shown, setShown] = useState(false);
  const [asksWhy, setAsksWhy] = useState(false);
  const copy = async () => {
    const done = await copyText(labelled(turn.answer, labelOf(turn, label)));
    const said = labelOf(turn, label) ? 'copied' : 'copied_plain';
    toast(t(done ? said : 'copy_failed', { label: labelOf(turn, label) }));
  };
  const rate = (value) => () => {
    act.rate(turn.id, value);
    setAsksWhy(value < 0);
    if (value > 0) toast(t('thanks'));
  };
  const because = (reason) => () => {
    act.rate(turn.id, -1, t(reason));
    setAsksWhy(false);
    toast(t('thanks'));
  };
  return html`
    <div class="actions">
      ${turn.answer && html`<${IconButton} small icon="copy" label=${t('copy')} onClick=${copy} />`}
      <${IconButton} small icon="thumbs-up" label=${t('good')} pressed=${turn.rating === 1} onClick=${rate(1)} />
      <${IconButton} small icon="thumbs-down" label=${t('bad')} pressed=${turn.rating === -1} onClick=${rate(-1)} />
      ${last && html`<${IconButton} small icon="rotate-ccw" label=${t('again')} disabled=${act.isBusy} onClick=${() => act.again(turn.id)} />`}
      ${!turn.thread && turn.origin !== 'declined' && html`<${IconButton} small icon="user-round" label=${say('ask_person', { teacher: teacherWord(act.site) })}
        onClick=${() => act.sendToTeacher(turn)} />`}
      ${turn.usage && html`<${IconButton} small icon="clock" label=${t('details')} aria-expanded=${String(shown)} onClick=${() => setShown(!shown)} />`}
    </div>
    ${asksWhy && html`<p class="row aside">${t('why_bad')}
      ${BAD_REASONS.map((reason) => html`<button key=${reason} type="button" class="button small" onClick=${because(reason)}>${t(reason)}</button>`)}
    </p>`}
    ${shown && html`<p class="aside">${usageLine(turn.usage)}</p>`}
  `;
}

const seconds = (ms) => (ms === null || ms === undefined ? '–' : number(ms / 1000, { maximumFractionDigits: 1 }));

const usageLine = (usage) =>
  t('details_line', {
    first: seconds(usage.first_token_ms),
    total: seconds(usage.total_ms),
    reused: number(usage.reused_tokens),
    prompt: number(usage.prompt_tokens),
    generated: number(usage.generated_tokens),
  });
