// The transcript: frames in, turns out. What was seen once never changes, however the line broke.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as transcript from '../../static/chat/transcript.js';

const { apply, asked, emptyTranscript, runningTurn } = transcript;
const usage = { prompt_tokens: 9, reused_tokens: 4, generated_tokens: 3, queue_ms: 0, first_token_ms: 5, total_ms: 9 };
const welcome = (resume_from = 0, conversation = 'c1') => ({
  type: 'welcome', seq: resume_from, v: 1, conversation, resume_from, limits: { question_chars: 2000, frame_bytes: 65536 }, label: 'AI 生成', lists_version: 1,
});
const story = [
  { type: 'accepted', seq: 1, id: 'a1', turn: 't1', text: '什么是 ** ？', notices: ['masked'] },
  { type: 'queued', seq: 2, turn: 't1', position: 3, eta_seconds: 8.2 },
  { type: 'started', seq: 3, turn: 't1', origin: 'model' },
  { type: 'delta', seq: 4, turn: 't1', text: '勾股' },
  { type: 'delta', seq: 5, turn: 't1', text: '定理：\n\n$$a' },
  { type: 'delta', seq: 6, turn: 't1', text: '^2$$ 😀' },
  { type: 'done', seq: 7, turn: 't1', finish: 'stop', usage },
  { type: 'accepted', seq: 8, id: 'a2', turn: 't2', text: '再问' },
  { type: 'delta', seq: 9, turn: 't2', text: 'B' },
  { type: 'done', seq: 10, turn: 't2', finish: 'stopped', usage },
];
const play = (frames, state = emptyTranscript) => frames.reduce(apply, state);
const shown = (state) => JSON.stringify(state.turns.map(({ written, ...turn }) => turn));

test('an answer is the deltas one after another, and only done ends it', () => {
  const before = play([welcome(), ...story.slice(0, 6)]);
  assert.equal(before.turns[0].answer, '勾股定理：\n\n$$a^2$$ 😀');
  assert.equal(before.turns[0].phase, 'answering');
  const after = apply(before, story[6]);
  assert.equal(after.turns[0].phase, 'done');
  assert.equal(runningTurn(after), null);
});

test('after a cut at any frame the resumed transcript is byte-identical', () => {
  const whole = play([welcome(), ...story]);
  for (let cut = 0; cut <= story.length; cut += 1) {
    const again = play([welcome(), ...story.slice(0, cut), welcome(cut), ...story.slice(cut)]);
    assert.equal(shown(again), shown(whole), `cut after frame ${cut}`);
  }
});

test('frames seen before change nothing, and a replay with joined deltas gives the same text', () => {
  const whole = play([welcome(), ...story]);
  assert.equal(shown(play(story, whole)), shown(whole));
  const joined = [story[0], story[2], { type: 'delta', seq: 6, turn: 't1', text: '勾股定理：\n\n$$a^2$$ 😀' }, ...story.slice(6)];
  assert.equal(play([welcome(), ...joined]).turns[0].answer, whole.turns[0].answer);
});

test('a conversation of which the server knows less than I saw begins anew, with what was not sent', () => {
  const state = asked(play([welcome(), ...story]), { id: 'a3', text: '还没发出' });
  const again = apply(state, welcome(0));
  assert.deepEqual(again.turns.map((turn) => turn.askId), ['a3']);
  assert.equal(again.seq, 0);
  const replayed = play(story, again);
  assert.deepEqual(replayed.turns.map((turn) => turn.askId), ['a1', 'a2', 'a3']);
});

test('my question is there at once, takes its place when accepted, and shows masked words as masked', () => {
  const state = asked(apply(emptyTranscript, welcome()), { id: 'a1', text: '什么是 坏 ？' });
  assert.equal(state.turns[0].phase, 'sending');
  const accepted = apply(state, story[0]);
  assert.equal(accepted.turns.length, 1);
  assert.equal(accepted.turns[0].question, '什么是 ** ？');
  assert.equal(accepted.turns[0].written, '什么是 坏 ？');
  assert.deepEqual(accepted.turns[0].notices, ['masked']);
  const anew = apply(accepted, { type: 'accepted', seq: 99, id: 'again:t9', turn: 't9', text: '什么是 ** ？', regenerates: 't1' });
  assert.deepEqual(anew.turns.map(({ id, notices }) => [id, notices]), [['t9', ['masked']]]);
  assert.equal(asked(accepted, { id: 'a1', text: 'x' }), accepted);
});

test('a refusal stays with its question; one for a question of another visit shows nothing', () => {
  const refused = { type: 'refused', seq: 1, id: 'a1', code: 'filter', category: 'x', message: '换一个问题吧。' };
  const mine = apply(asked(apply(emptyTranscript, welcome()), { id: 'a1', text: '?' }), refused);
  assert.equal(mine.turns[0].phase, 'refused');
  assert.equal(mine.turns[0].refusal.message, '换一个问题吧。');
  assert.equal(transcript.dropped(mine, 'a1').turns.length, 0);
  const elsewhere = play([welcome(), refused]);
  assert.deepEqual([elsewhere.turns.length, elsewhere.seq], [0, 1]);
});

test('a decision told once more, with its old number, ends the waiting', () => {
  const known = play([welcome(), ...story.slice(0, 7)]);
  const repeated = apply(asked(known, { id: 'lost', text: '?' }), { type: 'refused', seq: 3, id: 'lost', code: 'too_long', message: '太长' });
  assert.equal(repeated.turns[1].phase, 'refused');
  assert.equal(repeated.seq, 7);
});

test('trouble lets me try a question again, and if it was accepted all the same it is shown once', () => {
  const sending = asked(apply(emptyTranscript, welcome()), { id: 'a1', text: '什么是 坏 ？' });
  const state = transcript.troubled(sending, { type: 'error', code: 'storage', message: '暂时无法保存' });
  assert.equal(state.turns[0].phase, 'refused');
  assert.equal(transcript.isSending(state), false);
  assert.deepEqual(apply(state, story[0]).turns.map((turn) => turn.phase), ['accepted']);
});

test('an answer anew takes the place of the earlier one; refused anew it keeps the earlier one', () => {
  const first = play([welcome(), ...story]);
  const again = apply(first, { type: 'accepted', seq: 11, id: 'again:t3', turn: 't3', text: '再问', regenerates: 't2' });
  assert.deepEqual(again.turns.map((turn) => turn.id), ['t1', 't3']);
  const refused = apply(first, { type: 'refused', seq: 11, id: 'again:t2', code: 'too_fast', message: '太快' });
  assert.equal(refused.turns[1].answer, 'B');
  assert.equal(refused.turns[1].refusal.code, 'too_fast');
  assert.equal(transcript.retried(refused, 't2').turns[1].refusal, null);
});

test('frames of unknown turns and unknown types change nothing but the number', () => {
  const state = play([welcome(), ...story]);
  const later = play([{ type: 'delta', seq: 11, turn: 'nobody', text: 'x' }, { type: 'new_thing', seq: 12 }, { type: 'pong' }], state);
  assert.equal(shown(later), shown(state));
  assert.equal(later.seq, 12);
});

test('the reducer leaves the state it was given as it was', () => {
  const state = play([welcome(), ...story.slice(0, 5)]);
  const copy = structuredClone(state);
  play(story.slice(5), state);
  transcript.rated(state, 't1', 1);
  transcript.stopping(state, 't1');
  assert.deepEqual(state, copy);
});
