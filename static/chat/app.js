// The chat page: conversations on the left, the conversation in the middle, the input below.

import { html, useCallback, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { loginAddress } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { pick, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { keep, kept, sessionStore } from '../shared/keep.js';
import { IconButton } from '../shared/parts.js';
import { teacherWord } from '../shared/roles.js';
import { toast } from '../shared/toast.js';
import { Announcer } from './announce.js';
import { copyText, copyWithLabel } from './clipboard.js';
import { Composer } from './composer.js';
import { useLive, wantedConversation } from './live.js';
import { codeInAddress, JoinClass, LineNote } from './panels.js';
import { PrivacyPanel, sayDeleted } from './privacy.js';
import { useEndInSight } from './scroll.js';
import { Sidebar } from './sidebar.js';
import { texts as own } from './texts.js';
import { texts as ofThreads } from './texts_thread.js';
import { AskTeacherDialog, StageNote } from './thread.js';
import { isSending, runningTurn } from './transcript.js';
import { Turn } from './turn.js';

const t = texts(own);
const told = texts(ofThreads);
const READY_POLL_MS = 3000;
const STAGE_POLL_MS = 30_000;

/** The button in the top bar (drawn by the frame) and the drawer (drawn here) meet in this event. */
export const drawer = new EventTarget();

const needsLogin = (site) => site.who_may_chat === 'login' && !site.login;
const needsCode = (site) => site.who_may_chat === 'class_code' && !site.class && !site.login;

export const bar = (site) => ({
  start: !needsLogin(site) && !needsCode(site) && html`<${DrawerButton} />`,
});

/** Whether the list of conversations is a drawer (chat.css says the same). */
function useNarrow() {
  const query = useMemo(() => matchMedia('(max-width: 899px)'), []);
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const changed = () => setNarrow(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return narrow;
}

/** Opens the list of conversations where it has no room; a mark says that there is something new in one of them. */
function DrawerButton() {
  const [hasNews, setHasNews] = useState(false);
  useEffect(() => {
    const [come, seen] = [() => setHasNews(true), () => setHasNews(false)];
    drawer.addEventListener('news', come);
    drawer.addEventListener('open', seen);
    return () => {
      drawer.removeEventListener('news', come);
      drawer.removeEventListener('open', seen);
    };
  }, []);
  return html`<span class="drawer-button">
    <${IconButton} icon="panel-left" label=${t('open_conversations')} onClick=${() => drawer.dispatchEvent(new Event('open'))} />
    ${hasNews && html`<span class="unread" role="img" aria-label=${told('unread')}></span>`}
  </span>`;
}

function Greeting({ site, onAsk }) {
  return html`<section class="greeting">
    <h1>${pick(site.title)}</h1>
    <p>${pick(site.greeting)}</p>
    <h2 class="visually-hidden">${t('examples')}</h2>
    <ul class="examples">${pick(site.examples).map((example) => html`<li key=${example}>
      <button type="button" class="button" onClick=${() => onAsk(example)}>${example}</button></li>`)}</ul>
  </section>`;
}

export function App({ site, reloadSite }) {
  const sentAway = needsLogin(site);
  useEffect(() => {
    if (sentAway) location.replace(loginAddress());
  }, [sentAway]);
  useEffect(() => {
    if (site.ready) return undefined;
    const timer = setInterval(reloadSite, READY_POLL_MS);
    return () => clearInterval(timer);
  }, [site.ready]);
  if (sentAway) return null;
  if (needsCode(site)) return html`<${JoinClass} site=${site} code=${codeInAddress()} needed onJoined=${reloadSite} />`;
  return html`<${Chat} site=${site} reloadSite=${reloadSite} />`;
}

function Chat({ site, reloadSite }) {
  const [joinCode, setJoinCode] = useState(codeInAddress);
  const [open, setOpen] = useState(joinCode ? 'join' : null); // 'drawer', 'privacy', 'join'
  const [sending, setSending] = useState(null); // askId of the turn that I am about to send to my teacher
  const [threadProblem, setThreadProblem] = useState(null);
  const [draft, setDraft] = useState(() => kept('draft', sessionStore) ?? '');
  const narrow = useNarrow();
  const place = useRef(null);
  const close = useCallback(() => setOpen(null), []);

  const live = useLive((problem) => {
    if (problem.code === 'no_such_conversation') {
      if (live.transcript.seq > 0) toast(t('conversation_gone'));
      live.begin();
    } else if (problem.code === 'login_needed') location.assign(loginAddress());
    else if (problem.code === 'class_code_needed') reloadSite();
    else {
      setThreadProblem(problem); // shown where a dialog is open; it keeps what I wrote
      if (!sending) toast(problem.message, { kind: 'refuse' });
    }
  }, (conversation) => {
    drawer.dispatchEvent(new Event('news'));
    toast(told('new_answer', { teacher: teacherWord(site) }), { action: { label: told('open_it'), run: () => select(conversation) } });
  });
  const { transcript, line } = live;
  const { ref, away, down } = useEndInSight();
  const running = runningTurn(transcript);
  const last = transcript.turns.at(-1) ?? null;

  useEffect(() => {
    if (site.stage.stage !== 'primary') return undefined;
    const timer = setInterval(reloadSite, STAGE_POLL_MS); // a teacher may begin to lead, or end it
    return () => clearInterval(timer);
  }, [site.stage.stage]);

  useEffect(() => {
    live.open(wantedConversation());
    sayDeleted();
    const named = () => {
      if (codeInAddress()) {
        setJoinCode(codeInAddress());
        setOpen('join');
      }
      const wanted = wantedConversation();
      if (wanted !== live.connection.conversation) live.open(wanted);
    };
    const show = () => setOpen('drawer');
    drawer.addEventListener('open', show);
    addEventListener('hashchange', named);
    if (matchMedia('(hover: hover)').matches) place.current.focus(); // not where a keyboard would cover the screen
    return () => {
      drawer.removeEventListener('open', show);
      removeEventListener('hashchange', named);
    };
  }, []);

  const write = (text) => {
    setDraft(text);
    keep('draft', text || null, sessionStore);
  };
  const ask = (text, chosen) => {
    live.ask(text, chosen);
    down();
  };
  const select = (conversation) => {
    close();
    if (conversation === transcript.conversation && conversation) return;
    history.pushState(null, '', conversation ? `#c=${conversation}` : location.pathname);
    keep('conversation', conversation);
    live.open(conversation);
    down();
    place.current?.focus();
  };
  const act = {
    isBusy: Boolean(running) || isSending(transcript),
    maskedNotice: pick(site.masked_notice),
    unfoundedNotice: pick(site.unfounded_notice),
    ask,
    again: (turn) => {
      live.again(turn);
      down();
    },
    site,
    isOnline: line.state === 'open',
    problem: threadProblem,
    sendToTeacher: (turn) => {
      setThreadProblem(null);
      setSending(turn.askId);
    },
    thread: (turn, step, text) => {
      setThreadProblem(null);
      live.thread(turn, step, text);
    },
    rate: (turn, value, reason) => live.rate(turn, value, reason),
    askAgain: (turn) => {
      live.drop(turn.askId);
      ask(turn.written);
    },
    edit: (turn) => {
      live.drop(turn.askId);
      write(turn.written);
      place.current?.focus();
    },
  };
  const label = pick(site.label);
  const sent = transcript.turns.find((turn) => turn.askId === sending);
  const threads = transcript.turns.map((turn) => turn.thread?.state).join();
  const copyCode = async (event) => {
    const button = event.target.closest('[data-copies]');
    if (!button) return;
    const done = await copyText(button.closest('.code').querySelector('code').textContent);
    toast(t(done ? 'code_copied' : 'copy_failed'));
  };
  const sidebar = html`<${Sidebar} current=${transcript.conversation} version=${`${transcript.conversation}${last?.id}${last?.phase === 'done'}${threads}${live.numNews}`}
    onOpen=${select} onNew=${() => select(null)} onDeleted=${(id) => id === transcript.conversation && select(null)}>
    ${!site.class && html`<button type="button" class="button quiet small" onClick=${() => setOpen('join')}>
      <${Icon} name="school" size=${16} />${t('join', { class_word: pick(site.class_word) })}</button>`}
    ${site.class && html`<p class="my-class"><${Icon} name="school" size=${16} />${site.class.name}</p>`}
  <//>`;

  return html`<div class="chat">
    ${!narrow && html`<aside class="column">${sidebar}</aside>`}
    ${narrow && open === 'drawer' && html`<${Dialog} kind="start" title=${t('conversations')} onClose=${close}>${sidebar}<//>`}
    <div class="middle">
      <section class="scroller" ref=${ref} aria-label=${t('conversation')} tabindex="0" onCopy=${(event) => copyWithLabel(event, label)} onClick=${copyCode}>
        <p class="print-label">${label} · ${t('check_it')}</p>
        <div class="reading">
          ${transcript.turns.length === 0
            ? html`<${Greeting} site=${site} onAsk=${ask} />`
            : html`<h1 class="visually-hidden">${t('conversation')}</h1><ol class="turns">${transcript.turns.map((turn) => html`<${Turn} key=${turn.askId} turn=${turn}
                last=${turn === last} label=${label} line=${line} act=${act} />`)}</ol>`}
        </div>
      </section>
      <div class="below">
        ${away && html`<${IconButton} kind="down" icon="arrow-down" label=${t('down')} onClick=${down} />`}
        <${StageNote} site=${site} />
        <${LineNote} line=${line} site=${site} />
        <${Composer} place=${place} draft=${draft} onDraft=${write} limit=${transcript.limits?.question_chars ?? site.limits.question_chars}
          running=${Boolean(running)} sending=${isSending(transcript)} stopping=${running?.stopping}
          onSend=${(text) => { write(''); ask(text); }} onStop=${() => live.stop(running.id)} />
        <p class="foot"><span>${t('check_it')}</span>
          <button type="button" class="link" onClick=${() => setOpen('privacy')}><${Icon} name="lock" size=${14} />${t('privacy')}</button></p>
      </div>
    </div>
    <${Announcer} turn=${last} line=${line} />
    ${sent && html`<${AskTeacherDialog} turn=${sent} site=${site} problem=${threadProblem} online=${line.state === 'open'}
      onSend=${(note) => { setThreadProblem(null); live.askTeacher(sent, note); }} onJoin=${() => { setSending(null); setOpen('join'); }}
      onClose=${() => setSending(null)} />`}
    ${open === 'privacy' && html`<${PrivacyPanel} site=${site} onClose=${close} />`}
    ${open === 'join' && html`<${JoinClass} key=${joinCode} site=${site} code=${joinCode} onClose=${close} onJoined=${() => { close(); reloadSite(); }} />`}
  </div>`;
}
