// What waits for whoever is logged in, on every page of staff: a bell with the number of their open alerts, and the numbers
// that stand at the link to the records. Asked for every half minute while the page is seen; `waitingChanged()` asks at once.
// It asks quietly: a login that has ended is the affair of the next thing one does.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from './api.js';
import { Dialog } from './dialog.js';
import { lang, moment, texts } from './i18n.js';
import { Icon } from './icons.js';
import { Empty, Problem, useLoad, Wait } from './parts.js';
import { texts as own } from './texts_alerts.js';
import { toast } from './toast.js';

const t = texts(own);
const EVERY_MS = 30_000;
const CHANGED = 'dayi-waiting-changed';

export const waitingChanged = () => dispatchEvent(new Event(CHANGED));

/** {open: {serious, notice}, records: {reviews, alerts, review_overdue} | null}, or null before it is known. */
export function useWaiting(login) {
  const [waiting, setWaiting] = useState(null);
  const isStaff = Boolean(login) && login.role !== 'pupil';
  useEffect(() => {
    if (!isStaff) return undefined;
    let gone = false;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const response = await fetch('/api/alerts/open', { cache: 'no-store' });
        const answer = response.ok ? await response.json() : null;
        if (answer && !gone) setWaiting(answer);
      } catch {
        // Offline: the next time will tell.
      }
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    addEventListener(CHANGED, ask);
    document.addEventListener('visibilitychange', ask);
    return () => {
      gone = true;
      clearInterval(timer);
      removeEventListener(CHANGED, ask);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [isStaff]);
  return waiting;
}

/** What stands at the link to the records. */
export function numWaiting(waiting) {
  if (!waiting?.records) return 0;
  const { reviews, alerts } = waiting.records;
  return reviews + alerts.serious + alerts.notice;
}

export function AlertBell({ waiting }) {
  const [open, setOpen] = useState(false);
  const number = waiting ? waiting.open.serious + waiting.open.notice : 0;
  if (number === 0 && !open) return null;
  const label = t('bell', { n: number });
  return html`<button type="button" class=${`button quiet small bell ${waiting.open.serious > 0 ? 'serious' : ''}`}
      aria-label=${label} title=${label} onClick=${() => setOpen(true)}>
      <${Icon} name="bell" /><span class="count" aria-hidden="true">${number}</span></button>
    ${open && html`<${OwnAlerts} onClose=${() => setOpen(false)} />`}`;
}

function OwnAlerts({ onClose }) {
  const [state, setState] = useState('open');
  const { value, problem, reload } = useLoad((signal) => api.get('/api/alerts', { state }, signal), [state]);
  const done = () => { reload(); waitingChanged(); };
  return html`<${Dialog} kind="side" title=${t('mine')} onClose=${onClose}>
    <div class="row">${['open', 'done'].map((name) => html`
      <button key=${name} type="button" class="button small" aria-pressed=${String(state === name)} onClick=${() => setState(name)}>${t(name)}</button>`)}</div>
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
      : !value ? html`<${Wait} />`
      : html`<${AlertList} alerts=${value.alerts} onDone=${done} />`}
  <//>`;
}

/** Alerts as a list; those that are open can be handled with a note. */
export function AlertList({ alerts, onDone, classNames = {}, when = moment }) {
  if (alerts.length === 0) return html`<${Empty} icon="circle-check" title=${t('none')} />`;
  return html`<ol class="alerts">${alerts.map((alert) => html`
    <${OneAlert} key=${alert.id} alert=${alert} onDone=${onDone} when=${when} className=${classNames[alert.class_id]} />`)}</ol>`;
}

function OneAlert({ alert, onDone, when, className }) {
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const handle = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.post(`/api/alerts/${alert.id}/handle`, { note });
      toast(t('handledNow'));
    } catch (problem) {
      toast(problem.message, { kind: 'refuse', seconds: 8 });
    }
    setBusy(false);
    onDone();
  };
  const said = [t(`action.${alert.action}`), t(`direction.${alert.direction}`), alert.list_name, className, alert.asker];
  return html`<li class=${`alert ${alert.level}`}>
    <p class="row"><span class="tag">${t(`level.${alert.level}`)}</span><strong>${alert.category || alert.list_name}</strong>
      ${alert.num_hits > 1 && html`<span class="quiet-text small">${t('times', { n: alert.num_hits })}</span>`}</p>
    <p class="quiet-text small">${said.filter(Boolean).join(' · ')}</p>
    <p class="quiet-text small">${when(alert.last_at_ms)}${alert.people.length > 0 && ` · ${t('told', { names: alert.people.join(lang() === 'zh' ? '、' : ', ') })}`}</p>
    ${alert.handled_at_ms
      ? html`<p class="small">${t('handledBy', { who: alert.handled_by, when: moment(alert.handled_at_ms) })}${alert.note && ` · ${alert.note}`}</p>`
      : html`<form class="row" onSubmit=${handle}>
          <input class="grow" aria-label=${t('note')} placeholder=${t('note')} maxlength="500" value=${note} onInput=${(event) => setNote(event.currentTarget.value)} />
          <button class="button small" disabled=${busy}>${t('handle')}</button></form>`}
  </li>`;
}
