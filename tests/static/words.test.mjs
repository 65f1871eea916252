// The pure modules of the word desk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, wordsOf } from '../../static/words/difference.js';
import { segments, strongest } from '../../static/words/highlight.js';
import { isOver, nameOf, particularsOf } from '../../static/words/particulars.js';
import { ownStamps } from '../../static/words/stamps.js';
import { moveOf, PAGE, pagesOf, visibleRows } from '../../static/words/window.js';
import { usualActions } from '../../static/words/list_dialog.js';

const span = (start, end) => ({ start_utf16: start, end_utf16: end });

test('segments joined give the text back, and overlapping hits share a segment', () => {
  const text = '甲乙丙😀丁戊';
  const found = segments(text, [span(1, 3), span(2, 5)]);
  assert.equal(found.map((part) => part.text).join(''), text);
  assert.deepEqual(found.map((part) => part.matches), [[], [0], [0, 1], [1], []]);
});

test('a text without hits is one segment, and an empty one is none', () => {
  assert.deepEqual(segments('你好', []), [{ text: '你好', matches: [] }]);
  assert.deepEqual(segments('', []), []);
});

test('spans beyond the text do not lose or double anything', () => {
  assert.equal(segments('你好', [span(1, 9)]).map((part) => part.text).join(''), '你好');
});

test('the strongest action wins', () => {
  assert.equal(strongest(['log', 'mask', 'review']), 'mask');
  assert.equal(strongest([]), null);
});

test('a table of 50,000 rows draws only what is seen and fetches one or two pages', () => {
  const rows = visibleRows({ scrollTop: 44 * 25_000, height: 600, rowHeight: 44, total: 50_000 });
  assert.ok(rows.first <= 25_000 && rows.last >= 25_014);
  assert.ok(rows.last - rows.first < 40);
  assert.ok(pagesOf(rows).length <= 2);
  assert.ok(pagesOf(rows).includes(Math.floor(25_000 / PAGE)));
});

test('a table that shrank while scrolled down draws its last rows', () => {
  const rows = visibleRows({ scrollTop: 44 * 25_000, height: 600, rowHeight: 44, total: 3 });
  assert.ok(rows.first <= 2 && rows.last === 3);
  assert.deepEqual(pagesOf(visibleRows({ scrollTop: 0, height: 600, rowHeight: 44, total: 0 })), []);
});

test('the record says what changed in the words of the page', () => {
  const say = (key) => `<${key}>`;
  const edit = { what: 'edit_word', before: { text: '甲', enabled: true, question_action: null, note: '' }, after: { text: '甲', enabled: false, question_action: 'mask', note: '家长来信' } };
  assert.deepEqual(differences(edit, say), [
    { field: '<enabled>', from: '<enabled>', to: '<disabled>' },
    { field: '<direction.question>', from: '<action.asList>', to: '<action.mask>' },
    { field: '<note>', from: '—', to: '家长来信' },
  ]);
  const list = { what: 'edit_list', before: { answer_action: 'block' }, after: { answer_action: null } };
  assert.deepEqual(differences(list, say), [{ field: '<direction.answer>', from: '<action.block>', to: '<action.none>' }]);
  assert.deepEqual(differences({ what: 'add_word', before: null, after: { text: '甲' } }, say), []);
});

test('the record names the words of a change to many, and says when there are more', () => {
  assert.equal(wordsOf({ before: { words: ['甲', '乙'] }, after: null }), '甲、乙');
  assert.equal(wordsOf({ before: null, after: { words: ['甲'], num_more: 3 } }), '甲 …');
  assert.ok(wordsOf({ before: { words: Array(30).fill('丙') }, after: null }).endsWith(' …'));
  assert.equal(wordsOf({ before: null, after: { text: '甲' } }), '');
});

test('what is particular about a word is said in a few words', () => {
  const say = (key, params) => (params ? `<${key} ${Object.values(params).join(' ')}>` : `<${key}>`);
  const plain = { text: '甲', lanes: {}, style: null, within: null, expires: null, scope: [], direction: null };
  assert.equal(particularsOf(plain, say), '');
  const word = { ...plain, lanes: { split: 'same', pinyin: 'review' }, style: 'ends', within: 8, expires: '2026-12-31' };
  assert.equal(particularsOf(word, say),
    '<lane.split>、<laneUse <lane.pinyin> <use.review>> · <style.ends> · <withinShort 8> · <until 2026-12-31>');
  assert.equal(particularsOf({ ...plain, scope: ['乙', '丙'], direction: 'answer' }, say), '乙、丙 · <direction.answer>');
  assert.equal(isOver(word, '2026-12-31'), false);
  assert.equal(isOver(word, '2027-01-01'), true);
  assert.equal(isOver(plain, '2027-01-01'), false);
});

test('a detector is called by what it recognises', () => {
  const say = (key, { n }) => `<${key} ${n}>`;
  assert.equal(nameOf({ text: 'digits>=6' }, { kind: 'detectors' }, say), '<detector.digits 6>');
  assert.equal(nameOf({ text: 'mobile' }, { kind: 'words' }, say), 'mobile');
});

test('the record says which lanes changed, and lists as lists', () => {
  const say = (key, params) => (params ? `${params.lane}=${params.use}` : key);
  const edit = { what: 'edit_word', before: { lanes: {}, scope: [] }, after: { lanes: { split: 'same' }, scope: ['乙', '丙'] } };
  assert.deepEqual(differences(edit, say).map(({ from, to }) => [from, to]), [['—', 'lane.split=use.same'], ['—', '乙、丙']]);
});

test('two edits of one row by one person are no conflict with themselves', async () => {
  const own = ownStamps();
  const row = { id: 'w', updated_at_ms: 1 };
  const sent = [];
  const edit = (answered) => own.edit(row, async (stamp) => { sent.push(stamp); return { word: { updated_at_ms: answered } }; }, ({ word }) => word);
  await Promise.all([edit(5), edit(9)]);
  assert.deepEqual(sent, [1, 5]);
  assert.deepEqual([...own.newest(new Map([['w', 1], ['v', 3]]))], [['w', 9], ['v', 3]]);
  await own.load(async () => ({ words: [{ id: 'w' }] }), ({ words }) => words);
  await edit(2); // fetched since: the row's own stamp counts, also when the draft went back
  assert.deepEqual(sent, [1, 5, 1]);
});

test('a failed edit does not stop the next one', async () => {
  const own = ownStamps();
  const row = { id: 'w', updated_at_ms: 1 };
  await assert.rejects(own.edit(row, async () => { throw new Error('409'); }, (row) => row));
  assert.deepEqual(await own.edit(row, async (stamp) => ({ updated_at_ms: stamp + 1 }), (row) => row), { updated_at_ms: 2 });
});

test('keys move by rows, by windows, and to both ends', () => {
  assert.deepEqual(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'x'].map((key) => moveOf(key, 10, 500)), [1, -1, 10, -10, -500, 500, null]);
});

test('a new list begins with what the preset has for its category', () => {
  const usual = { default: { question: 'block', answer: 'mask' }, categories: { 政治: { question: 'block', answer: 'block' } } };
  assert.deepEqual(usualActions(usual, ' 政治 '), { question_action: 'block', answer_action: 'block' });
  assert.deepEqual(usualActions(usual, '广告'), { question_action: 'block', answer_action: 'mask' });
  assert.deepEqual(usualActions(undefined, '广告'), {});
});
