// The line to the server: a scripted socket and a clock of our own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../static/chat/connection.js';

class ScriptedSocket {
  sent = [];
  closed = false;
  send(text) {
    assert.ok(!this.closed, 'nothing is sent after close');
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(frame) {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
  get types() {
    return this.sent.map((frame) => frame.type);
  }
}

function setUp({ random = () => 1 } = {}) {
  const world = { sockets: [], frames: [], states: [], pending: [], nowMs: 0, timers: new Map(), nextTimer: 1, ids: 0 };
  world.connection = new Connection({
    openSocket: () => {
      const socket = new ScriptedSocket();
      world.sockets.push(socket);
      return socket;
    },
    setTimer: (run, ms) => {
      world.timers.set(world.nextTimer, { run, atMs: world.nowMs + ms });
      return world.nextTimer++;
    },
    clearTimer: (id) => world.timers.delete(id),
    nowMs: () => world.nowMs,
    random,
    newId: () => `ask${++world.ids}`,
    onFrame: (frame) => world.frames.push(frame),
    onState: (line) => world.states.push(line),
    onPending: (pending) => world.pending.push(pending.map(({ id }) => id)),
  });
  world.pass = (ms) => {
    const endMs = world.nowMs + ms;
    for (;;) {
      const next = [...world.timers].filter(([, timer]) => timer.atMs <= endMs).sort((a, b) => a[1].atMs - b[1].atMs)[0];
      if (!next) break;
      world.timers.delete(next[0]);
      world.nowMs = next[1].atMs;
      next[1].run();
    }
    world.nowMs = endMs;
  };
  Object.defineProperty(world, 'socket', { get: () => world.sockets.at(-1) });
  world.arrive = (resume_from = 0, conversation = 'c1') => {
    world.socket.onopen();
    world.socket.says({ type: 'welcome', seq: resume_from, v: 1, conversation, resume_from, limits: {}, label: '', lists_version: 1 });
  };
  return world;
}

test('hello comes first: without a conversation to begin one, with the last number to resume one', () => {
  const world = setUp();
  world.connection.open({ lang: 'en' });
  world.socket.onopen();
  assert.deepEqual(world.socket.sent, [{ type: 'hello', v: 1, lang: 'en' }]);
  world.connection.open({ conversation: 'c9', lastSeq: 41 });
  assert.ok(world.sockets[0].closed);
  world.socket.onopen();
  assert.deepEqual(world.socket.sent, [{ type: 'hello', v: 1, lang: 'zh', conversation: 'c9', last_seq: 41 }]);
});

test('after a cut it comes back by itself and resumes after the last frame it saw', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  world.socket.says({ type: 'delta', seq: 1, turn: 't', text: 'a' });
  world.socket.says({ type: 'delta', seq: 2, turn: 't', text: 'b' });
  world.socket.onclose();
  assert.equal(world.connection.state, 'waiting');
  world.pass(400);
  world.socket.onopen();
  assert.deepEqual(world.socket.sent[0], { type: 'hello', v: 1, lang: 'zh', conversation: 'c1', last_seq: 2 });
});

test('a question that was not decided is asked again with the same id, and one that was is not', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  const first = world.connection.ask('一');
  world.socket.says({ type: 'accepted', seq: 1, id: first, turn: 't1', text: '一' });
  const second = world.connection.ask('二');
  world.socket.onclose();
  const third = world.connection.ask('三');
  world.pass(1000);
  world.arrive(1);
  const repeated = world.socket.sent.filter((frame) => frame.type === 'ask').map((frame) => frame.id);
  assert.deepEqual(repeated, [second, third]);
  assert.deepEqual(world.pending.at(-1), [second, third]);
});

test('questions kept from before a reload are asked, and a repeated decision settles them', () => {
  const world = setUp();
  world.connection.open({ conversation: 'c1', pending: [{ id: 'old', text: '?' }] });
  world.arrive(0);
  assert.deepEqual(world.socket.sent[1], { type: 'ask', id: 'old', text: '?' });
  world.socket.says({ type: 'accepted', seq: 1, id: 'old', turn: 't1', text: '?' });
  assert.deepEqual(world.connection.pending, []);
  assert.deepEqual(world.pending.at(-1), []);
});

test('after an error a question is not repeated by itself, unless its conversation is gone', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  const id = world.connection.ask('一');
  world.socket.says({ type: 'error', code: 'no_such_conversation', message: '…' });
  assert.deepEqual(world.pending.at(-1), [id]);
  world.socket.says({ type: 'error', code: 'storage', message: '…' });
  assert.deepEqual(world.pending.at(-1), []);
});

test('stop is said again after a cut until the turn is done; other frames wait for a line', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  world.connection.stop('t1');
  world.socket.onclose();
  world.connection.send({ type: 'rate', turn: 't0', value: 1 });
  world.pass(1000);
  world.arrive(0);
  assert.deepEqual(world.socket.types, ['hello', 'stop', 'rate']);
  world.socket.says({ type: 'done', seq: 1, turn: 't1', finish: 'stopped', usage: {} });
  world.socket.onclose();
  world.pass(1000);
  world.arrive(1);
  assert.deepEqual(world.socket.types, ['hello']);
});

test('each failure waits longer, up to a bound, and a welcome forgets the failures', () => {
  const world = setUp();
  world.connection.open({});
  const waits = [];
  for (let round = 0; round < 9; round += 1) {
    const beforeMs = world.nowMs;
    const { length } = world.sockets;
    world.socket.onclose();
    while (world.sockets.length === length) world.pass(100);
    waits.push(world.nowMs - beforeMs);
  }
  assert.deepEqual(waits, [400, 800, 1600, 3200, 6400, 12800, 15000, 15000, 15000]);
  world.arrive();
  world.socket.onclose();
  world.pass(400);
  assert.equal(world.connection.state, 'connecting');
});

test('the server’s own waiting time is respected', () => {
  const world = setUp();
  world.connection.open({});
  world.socket.onopen();
  world.socket.says({ type: 'error', code: 'too_many_connections', message: '太多', retry_after_seconds: 30 });
  assert.equal(world.states.at(-1).problem.message, '太多');
  world.pass(29_000);
  assert.equal(world.sockets.length, 1);
  world.pass(1_000);
  assert.equal(world.sockets.length, 2);
});

test('where coming back is useless it does not come back', () => {
  for (const code of ['login_needed', 'class_code_needed', 'no_such_conversation']) {
    const world = setUp();
    world.connection.open({ conversation: 'gone' });
    world.socket.onopen();
    world.socket.says({ type: 'error', code, message: '…' });
    world.pass(100_000);
    assert.equal(world.connection.state, 'refused');
    assert.equal(world.sockets.length, 1);
    assert.ok(world.socket.closed);
  }
});

test('a silent line is asked, and given up when it does not answer', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  world.pass(25_000);
  assert.deepEqual(world.socket.types, ['hello', 'ping']);
  world.socket.says({ type: 'pong' });
  world.pass(25_000);
  assert.deepEqual(world.socket.types, ['hello', 'ping', 'ping']);
  world.pass(20_000);
  assert.ok(world.sockets[0].closed);
  assert.equal(world.sockets.length, 2);
});

test('a hello without an answer is given up too', () => {
  const world = setUp();
  world.connection.open({});
  world.socket.onopen();
  world.pass(13_000);
  assert.equal(world.sockets.length, 2);
});

test('when the network comes back it does not wait any longer', () => {
  const world = setUp();
  world.connection.open({});
  world.socket.onclose();
  world.connection.nudge();
  assert.equal(world.sockets.length, 2);
});

test('another language is told to the server at once, and nothing is lost by it', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  world.socket.says({ type: 'delta', seq: 5, turn: 't', text: 'x' });
  world.connection.setLang('en');
  world.socket.onopen();
  assert.deepEqual(world.socket.sent[0], { type: 'hello', v: 1, lang: 'en', conversation: 'c1', last_seq: 5 });
});

test('after close nothing happens any more; what is no frame is passed over', () => {
  const world = setUp();
  world.connection.open({});
  world.arrive();
  world.socket.says('not JSON');
  world.socket.says('null');
  const before = world.frames.length;
  const { onmessage } = world.socket;
  world.connection.close();
  onmessage({ data: JSON.stringify({ type: 'delta', seq: 1, turn: 't', text: 'x' }) });
  world.pass(100_000);
  assert.equal(world.frames.length, before);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.timers.size, 0);
});
