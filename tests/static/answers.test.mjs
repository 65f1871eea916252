// Approved answers: what the dialog sends, what is said of days, and what copied text says of an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from '../../static/answers/say.js';
import { linkLines, linksOf, writtenOf } from '../../static/answers/written.js';
import { creditOf, labelOf } from '../../static/chat/approved.js';

test('links are a name and an address a line, and come back as written', () => {
  const text = '请假条 https://example.org/a\n/help\nLeave form https://example.org/b';
  const links = linksOf(text);
  assert.deepEqual(links[0], { name: '请假条', url: 'https://example.org/a' });
  assert.deepEqual(links[1], { name: '', url: '/help' });
  assert.deepEqual(links[2], { name: 'Leave form', url: 'https://example.org/b' });
  assert.equal(linkLines(links), text);
});

test('empty days and classes are sent as null, wordings without blank lines', () => {
  const fields = { wordings: ' 几点放学 \n\n放学时间\n', text: '四点', source: '', author: '', validFrom: '', lastDay: '2027-01-31', classId: '', enabled: true, links: '' };
  const body = writtenOf(fields, 'g1');
  assert.deepEqual(body.wordings, ['几点放学', '放学时间']);
  assert.deepEqual([body.valid_from, body.last_day, body.class_id, body.group_id, body.links], [null, '2027-01-31', null, 'g1', []]);
});

test('an answer is off, over, later, soon over, or nothing is to be said', () => {
  const state = (more) => stateOf({ enabled: true, valid_from: null, last_day: null, ...more }, '2027-01-15')?.kind ?? null;
  assert.equal(state({}), null);
  assert.equal(state({ enabled: false, last_day: '2026-01-01' }), 'off');
  assert.equal(state({ last_day: '2027-01-14' }), 'over');
  assert.equal(state({ last_day: '2027-01-15' }), 'soon');
  assert.equal(state({ last_day: '2027-03-01' }), null);
  assert.equal(state({ valid_from: '2027-01-16' }), 'later');
});

test('copied text says that people answer for it, and who; of the model it says what it is', () => {
  const approved = { source: '学生手册', author: '总务处', approved: '2027-01-15' };
  assert.equal(labelOf({ origin: 'approved_answer', approved }, 'AI 生成'), `标准答案，经人工审定 · ${creditOf(approved)}`);
  assert.match(creditOf(approved), /来源：学生手册 · 总务处 · 2027年1月15日审定/);
  assert.equal(labelOf({ origin: 'model', approved: null }, 'AI 生成'), 'AI 生成');
  assert.equal(labelOf({ origin: 'declined', approved: null }, 'AI 生成'), '');
});
