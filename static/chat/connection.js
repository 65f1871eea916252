// One conversation's line to the server: a reconnecting state machine over an injected WebSocket. It sends `hello` with
// the last number it saw, comes back by itself, repeats questions that were not decided (their ids make that harmless),
// and notices a dead line by pings. It does not know what frames mean for the page, nor the browser: socket, timers,
// clock and chance are given.
//
// States: closed → connecting → open → (waiting → connecting …); `refused` when the server says that coming back the
// same way is useless (no login, no such conversation).

const HOPELESS = new Set(['login_needed', 'class_code_needed', 'no_such_class', 'no_such_conversation', 'wrong_version']);
const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 15_000;
const WELCOME_MS = 12_000;
const TICK_MS = 5_000;
const PING_AFTER_MS = 20_000;
const DEAD_AFTER_MS = 35_000;

export class Connection {
  #given;
  #socket = null;
  #retryTimer = null;
  #welcomeTimer = null;
  #tickTimer = null;
  #heardAtMs = 0;
  #pinged = false;
  #attempts = 0;
  #wait = []; // frames said while there was no line
  #stops = new Set(); // turns to be stopped until they are done
  #problem = null;

  /**
   * `given`: openSocket() → WebSocket; setTimer(run, ms), clearTimer(id); nowMs(); random() in [0, 1); newId();
   * onFrame(frame); onState({state, problem, attempts}); onPending([{id, text}]).
   */
  constructor(given) {
    this.#given = given;
    this.state = 'closed';
    this.conversation = null;
    this.lastSeq = 0;
    this.lang = 'zh';
    this.classCode = null;
    this.pending = [];
  }

  /** Begin (conversation null) or take up a conversation; what was open is closed. */
  open({ conversation = null, lastSeq = 0, lang = 'zh', classCode = null, pending = [] }) {
    this.#drop();
    Object.assign(this, { conversation, lastSeq, lang, classCode, pending: [...pending] });
    this.#wait = [];
    this.#stops.clear();
    this.#attempts = 0;
    this.#connect();
  }

  /** The server's own sentences change at the next `hello`: come back at once, nothing is lost by it. */
  setLang(lang) {
    if (lang === this.lang) return;
    this.lang = lang;
    if (this.state === 'closed' || this.state === 'refused') return;
    this.#drop();
    this.#connect();
  }

  close() {
    this.#drop();
    this.#become('closed');
  }

  /** Ask now or as soon as there is a line; `chosen` {turn, number} is one of the questions offered. Returns the id. */
  ask(text, chosen) {
    const question = { id: this.#given.newId(), text, ...(chosen ? { chosen } : {}) };
    this.#setPending([...this.pending, question]);
    if (this.state === 'open') this.#say({ type: 'ask', ...question });
    return question.id;
  }

  stop(turn) {
    this.#stops.add(turn);
    if (this.state === 'open') this.#say({ type: 'stop', turn });
  }

  /** Say any other frame, later if there is no line. */
  send(frame) {
    if (this.state === 'open') this.#say(frame);
    else this.#wait.push(frame);
  }

  /** The network or the page came back: do not wait any longer. */
  nudge() {
    if (this.state === 'waiting') this.#connect();
    else if (this.state === 'open') this.#ping();
  }

  #become(state, problem = null) {
    this.state = state;
    this.#given.onState({ state, problem, attempts: this.#attempts });
  }

  #setPending(pending) {
    this.pending = pending;
    this.#given.onPending(pending);
  }

  #connect() {
    this.#clearTimers();
    this.#problem = null;
    this.#become('connecting');
    let socket;
    try {
      socket = this.#given.openSocket();
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    const mine = (run) => (event) => this.#socket === socket && run(event);
    socket.onopen = mine(() => this.#hello());
    socket.onmessage = mine((event) => this.#receive(event.data));
    socket.onclose = mine(() => this.#lost());
    socket.onerror = mine(() => {}); // a close always follows
    this.#welcomeTimer = this.#given.setTimer(mine(() => this.#lost()), WELCOME_MS);
  }

  #hello() {
    const hello = { type: 'hello', v: 1, lang: this.lang };
    if (this.conversation) Object.assign(hello, { conversation: this.conversation, last_seq: this.lastSeq });
    if (this.classCode) hello.class_code = this.classCode;
    this.#say(hello);
  }

  #say(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #receive(data) {
    this.#heardAtMs = this.#given.nowMs();
    this.#pinged = false;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      frame = null;
    }
    if (typeof frame?.type !== 'string') return; // not ours: the next one may be
    if (frame.type === 'pong') return;
    if (frame.type === 'welcome') this.#welcome(frame);
    else if (this.state !== 'open') this.#beforeWelcome(frame);
    else this.#note(frame);
  }

  #welcome(frame) {
    this.#given.clearTimer(this.#welcomeTimer);
    this.#attempts = 0;
    this.conversation = frame.conversation;
    this.lastSeq = frame.resume_from;
    this.#given.onFrame(frame);
    this.#become('open');
    this.#setPending(this.pending); // now it is known of which conversation
    for (const question of this.pending) this.#say({ type: 'ask', ...question });
    for (const turn of this.#stops) this.#say({ type: 'stop', turn });
    for (const waiting of this.#wait.splice(0)) this.#say(waiting);
    this.#tick();
  }

  #beforeWelcome(frame) {
    if (frame.type !== 'error') return;
    const problem = { code: frame.code, message: frame.message, retryAfterSeconds: frame.retry_after_seconds ?? null };
    if (HOPELESS.has(frame.code)) {
      this.#drop();
      this.#become('refused', problem);
    } else {
      this.#problem = problem;
      this.#lost();
    }
  }

  #note(frame) {
    if (typeof frame.seq === 'number' && frame.seq > this.lastSeq) this.lastSeq = frame.seq;
    if (frame.type === 'accepted' || frame.type === 'refused') {
      const left = this.pending.filter((question) => question.id !== frame.id);
      if (left.length < this.pending.length) this.#setPending(left);
    }
    // Errors do not name the question: to repeat it at every return would repeat the trouble.
    if (frame.type === 'error' && frame.code !== 'no_such_conversation' && this.pending.length) this.#setPending([]);
    if (frame.type === 'done') this.#stops.delete(frame.turn);
    this.#given.onFrame(frame);
  }

  #lost() {
    const problem = this.#problem;
    this.#drop();
    const backoffMs = Math.min(FIRST_RETRY_MS * 2 ** this.#attempts, LONGEST_RETRY_MS);
    // Half by chance: a class that lost the line together does not come back in the same moment.
    const chosenMs = backoffMs * (0.5 + this.#given.random() / 2);
    const asToldMs = (problem?.retryAfterSeconds ?? 0) * 1000;
    this.#attempts += 1;
    this.#become('waiting', problem);
    this.#retryTimer = this.#given.setTimer(() => this.#connect(), Math.max(chosenMs, asToldMs));
  }

  #ping() {
    if (this.#pinged) return;
    this.#pinged = true;
    this.#say({ type: 'ping' });
  }

  #tick() {
    this.#tickTimer = this.#given.setTimer(() => {
      const silentMs = this.#given.nowMs() - this.#heardAtMs;
      if (this.#pinged && silentMs >= DEAD_AFTER_MS) {
        this.#lost();
        return;
      }
      if (silentMs >= PING_AFTER_MS) this.#ping();
      this.#tick();
    }, TICK_MS);
  }

  #clearTimers() {
    for (const timer of [this.#retryTimer, this.#welcomeTimer, this.#tickTimer]) this.#given.clearTimer(timer);
    this.#retryTimer = this.#welcomeTimer = this.#tickTimer = null;
  }

  #drop() {
    this.#clearTimers();
    const socket = this.#socket;
    this.#socket = null;
    this.#pinged = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
}
