// Holds the page's conversation together: connection → transcript → screen at animation frames, and what must outlive a
// reload (conversation in the address, unsent questions in the tab). It does not draw.

import { useEffect, useMemo, useState } from '../vendor/preact.js';
import { lang, onLang } from '../shared/i18n.js';
import { keep, kept, sessionStore } from '../shared/keep.js';
import { Connection } from './connection.js';
import * as transcript from './transcript.js';

const socketAddress = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/chat`;

/** randomUUID is missing on plain http, as in a school's own network. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const pendingKey = (conversation) => `unsent.${conversation ?? 'new'}`;

function keptPending(conversation) {
  try {
    return JSON.parse(kept(pendingKey(conversation), sessionStore)) ?? [];
  } catch {
    return [];
  }
}

const keepPending = (conversation, pending) =>
  keep(pendingKey(conversation), pending.length ? JSON.stringify(pending) : null, sessionStore);

/** The conversation named by the address, else the one that was open last. */
export const wantedConversation = () => /^#c=([\w-]{1,64})$/.exec(location.hash)?.[1] ?? kept('conversation');

export class Live {
  #listeners = new Set();
  #frameAsked = false;

  constructor() {
    this.line = { state: 'closed', problem: null, attempts: 0 };
    this.transcript = transcript.emptyTranscript;
    this.numNews = 0; // answers of people in conversations that are not open here
    this.onProblem = () => {};
    this.onNews = () => {};
    this.connection = new Connection({
      openSocket: () => new WebSocket(socketAddress()),
      setTimer: (run, ms) => setTimeout(run, ms),
      clearTimer: (id) => clearTimeout(id),
      nowMs: () => performance.now(),
      random: Math.random,
      newId,
      onFrame: (frame) => this.#frame(frame),
      onState: (line) => this.#line(line),
      onPending: (pending) => keepPending(this.connection.conversation, pending),
    });
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(conversation) {
    const pending = keptPending(conversation);
    this.transcript = pending.reduce(transcript.asked, transcript.emptyTranscript);
    this.connection.open({ conversation, lang: lang(), pending });
    this.#draw();
  }

  /** The conversation is not there (any more): begin a new one, with what was not sent yet. */
  begin() {
    const unsent = this.connection.pending;
    keepPending(this.connection.conversation, []);
    keepPending(null, unsent);
    this.open(null);
  }

  ask(text, chosen) {
    const id = this.connection.ask(text, chosen);
    this.#change((state) => transcript.asked(state, { id, text }));
  }

  stop(turn) {
    this.connection.stop(turn);
    this.#change((state) => transcript.stopping(state, turn));
  }

  again(turn) {
    this.connection.send({ type: 'regenerate', turn });
    this.#change((state) => transcript.retried(state, turn));
  }

  rate(turn, value, reason) {
    this.connection.send({ type: 'rate', turn, value, ...(reason ? { reason } : {}) });
    this.#change((state) => transcript.rated(state, turn, value));
  }

  /** Send a turn to the teacher; one that was refused goes as a question of its own. */
  askTeacher(turn, note) {
    const what = turn.id ? { turn: turn.id } : { id: turn.askId, text: turn.written };
    this.connection.send({ type: 'ask_teacher', ...what, ...(note ? { note } : {}) });
  }

  thread(turn, act, text) {
    this.connection.send({ type: 'teacher_thread', turn, act, ...(text ? { text } : {}) });
  }

  drop(askId) {
    this.#change((state) => transcript.dropped(state, askId));
  }

  #frame(frame) {
    if (frame.type === 'error') {
      const sending = transcript.isSending(this.transcript);
      this.#change((state) => transcript.troubled(state, frame));
      if (!sending || frame.code === 'no_such_conversation') this.onProblem(frame);
      return;
    }
    if (frame.type === 'unread') {
      this.numNews += 1;
      this.#draw();
      this.onNews(frame.conversation);
      return;
    }
    if (frame.type === 'welcome') this.#arrived(frame.conversation);
    this.#change((state) => transcript.apply(state, frame));
  }

  #arrived(conversation) {
    keepPending(null, []); // from now on they are kept under the conversation's own name
    keep('conversation', conversation);
    const address = `#c=${conversation}`;
    if (location.hash !== address) history.replaceState(null, '', address);
  }

  #line(line) {
    this.line = line;
    if (line.state === 'refused') this.onProblem(line.problem);
    this.#draw();
  }

  #change(how) {
    this.transcript = how(this.transcript);
    this.#draw();
  }

  #draw() {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    // In a hidden tab frames are taken in all the same; they are drawn when somebody looks.
    requestAnimationFrame(() => {
      this.#frameAsked = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** The live conversation of this page; draws the caller anew at every change. */
export function useLive(onProblem, onNews) {
  const live = useMemo(() => new Live(), []);
  const [, drawAgain] = useState(0);
  live.onProblem = onProblem;
  live.onNews = onNews;
  useEffect(() => {
    const nudge = () => document.visibilityState === 'visible' && live.connection.nudge();
    const leave = [
      live.subscribe(() => drawAgain((count) => count + 1)),
      onLang((language) => live.connection.setLang(language)),
    ];
    addEventListener('online', nudge);
    document.addEventListener('visibilitychange', nudge);
    return () => {
      leave.forEach((run) => run());
      removeEventListener('online', nudge);
      document.removeEventListener('visibilitychange', nudge);
      live.connection.close();
    };
  }, []);
  return live;
}
