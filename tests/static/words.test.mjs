// The pure modules of the word desk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { segments, strongest } from '../../static/words/highlight.js';
import { PAGE, pagesOf, visibleRows } from '../../static/words/window.js';

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
