// A conversation as the page shows it: a pure reducer from frames to turns. It knows neither sockets nor the screen.
//
// A turn is {id, askId, question, written, answer, phase, …}; `phase` is sending → (refused | accepted → queued →
// answering → done). `written` is what I typed, to write it anew; `notices` is what I am told of it. Frames that were seen
// before (seq not above the last one) change nothing, so a replay after a cut leaves the text byte-identical.

export const emptyTranscript = { conversation: null, seq: 0, label: null, limits: null, turns: [] };

const newTurn = (askId, written) => ({
  id: null,
  askId,
  question: written,
  written,
  answer: '',
  phase: 'sending',
  position: null,
  etaSeconds: null,
  origin: null,
  approved: null,
  offers: [],
  passages: null, // null: no documents were asked; []: none of them fits
  unsupported: [],
  notices: [],
  refusal: null,
  finish: null,
  message: null,
  usage: null,
  rating: null,
  stopping: false,
  was: [], // ids of earlier answers to the same question
  thread: null, // what I sent to my teacher: {state, mayReply, posts: [{by, text}]}
});

const withTurn = (state, id, change) => ({
  ...state,
  turns: state.turns.map((turn) => (turn.id === id || turn.was.includes(id) ? { ...turn, ...change(turn) } : turn)),
});

/** I asked; the server has not said anything yet. The same id again changes nothing. */
export function asked(state, { id, text }) {
  if (state.turns.some((turn) => turn.askId === id)) return state;
  return { ...state, turns: [...state.turns, newTurn(id, text)] };
}

/** Take away a question that was refused (to write it anew). */
export const dropped = (state, askId) => ({
  ...state,
  turns: state.turns.filter((turn) => turn.askId !== askId || turn.id !== null),
});

export const rated = (state, id, rating) => withTurn(state, id, () => ({ rating }));
export const stopping = (state, id) => withTurn(state, id, () => ({ stopping: true }));
/** The server had trouble and does not say with what: questions on their way may be tried again. */
export const troubled = (state, { code, message }) => ({
  ...state,
  turns: state.turns.map((turn) =>
    turn.phase === 'sending'
      ? { ...turn, phase: 'refused', refusal: { code, category: null, message, retryAfterSeconds: null } }
      : turn,
  ),
});
/** An answer anew is on its way: forget that the last try was refused. */
export const retried = (state, id) => withTurn(state, id, () => ({ refusal: null }));

/** The turn that is being answered, or waits for it. */
export const runningTurn = (state) =>
  state.turns.find((turn) => ['accepted', 'queued', 'answering'].includes(turn.phase)) ?? null;

export const isSending = (state) => state.turns.some((turn) => turn.phase === 'sending');

function welcomed(state, frame) {
  // The server may know less than I saw (its database was restored): then it begins from nothing, and so do I.
  const same = state.conversation === frame.conversation && frame.resume_from >= state.seq;
  const unsent = (turn) => turn.phase === 'sending';
  return {
    ...state,
    conversation: frame.conversation,
    seq: same ? state.seq : frame.resume_from,
    label: frame.label,
    limits: frame.limits,
    turns: same || state.conversation === null ? state.turns : state.turns.filter(unsent),
  };
}

function accepted(state, frame) {
  const mine = state.turns.find((turn) => turn.askId === frame.id && turn.id === null);
  const known = state.turns.some((turn) => turn.id === frame.turn);
  const others = state.turns.filter((turn) => turn !== mine);
  if (known) return { ...state, turns: others };
  const turn = {
    ...newTurn(frame.id, mine?.written ?? frame.text),
    id: frame.turn,
    question: frame.text,
    notices: frame.notices ?? [],
    phase: 'accepted',
  };
  const place = others.findIndex((each) => each.id === frame.regenerates && each.id !== null);
  // Asked anew it is the masked text that is asked: what was said of it before still holds.
  if (place >= 0) return { ...state, turns: replaced(others, place, { ...turn, notices: others[place].notices, ...kept(others[place]) }) };
  const firstUnsent = others.findIndex((each) => each.phase === 'sending');
  const at = firstUnsent < 0 ? others.length : firstUnsent;
  return { ...state, turns: [...others.slice(0, at), turn, ...others.slice(at)] };
}

/** What stays with a question when it is answered anew: a teacher may still answer it. */
const kept = ({ id, was, thread }) => ({ was: [...was, id], thread });

const replaced = (list, place, item) => [...list.slice(0, place), item, ...list.slice(place + 1)];

function refused(state, frame) {
  const refusal = {
    code: frame.code,
    category: frame.category ?? null,
    message: frame.message,
    retryAfterSeconds: frame.retry_after_seconds ?? null,
  };
  if (frame.id.startsWith('again:')) return withTurn(state, frame.id.slice('again:'.length), () => ({ refusal }));
  return {
    ...state,
    turns: state.turns.map((turn) =>
      turn.askId === frame.id && turn.phase === 'sending' ? { ...turn, phase: 'refused', refusal } : turn,
    ),
  };
}

const thread = (turn, frame, state, more) => ({ state, mayReply: frame.may_reply, posts: [...(turn.thread?.posts ?? []), ...more] });

const changes = {
  queued: (frame) => () => ({ phase: 'queued', position: frame.position, etaSeconds: frame.eta_seconds }),
  started: (frame) => () => ({
    phase: 'answering',
    origin: frame.origin,
    approved: frame.approved ?? null,
    offers: frame.offers ?? [],
  }),
  sources: (frame) => () => ({ passages: frame.passages }),
  delta: (frame) => (turn) => ({ phase: 'answering', answer: turn.answer + frame.text }),
  thread: (frame) => (turn) => ({
    thread: frame.state === 'withdrawn' ? null : thread(turn, frame, frame.state, frame.text ? [{ by: null, text: frame.text }] : []),
  }),
  teacher_answer: (frame) => (turn) => ({ thread: thread(turn, frame, 'answered', [{ by: frame.by, text: frame.text }]) }),
  done: (frame) => () => ({
    phase: 'done',
    finish: frame.finish,
    message: frame.message ?? null,
    usage: frame.usage,
    unsupported: frame.unsupported ?? [],
    stopping: false,
  }),
};

function changed(state, frame) {
  if (frame.type === 'accepted') return accepted(state, frame);
  if (frame.type === 'refused') return refused(state, frame);
  const change = changes[frame.type];
  return change ? withTurn(state, frame.turn, change(frame)) : state;
}

/** One frame of the server. */
export function apply(state, frame) {
  if (frame.type === 'welcome') return welcomed(state, frame);
  if (typeof frame.seq !== 'number') return state;
  // What was decided about a question is told once more when the question comes once more, with its old number.
  const decision = frame.type === 'accepted' || frame.type === 'refused';
  if (frame.seq <= state.seq) return decision ? changed(state, frame) : state;
  return { ...changed(state, frame), seq: frame.seq };
}
