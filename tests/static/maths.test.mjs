// Which text is a formula: what models write is found, and money is left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formulaAt, maths } from '../../static/chat/maths.js';
import MarkdownIt from '../../static/vendor/markdown-it/markdown-it.js';

const md = new MarkdownIt({ html: false, breaks: true }).use(maths);
const found = (text) =>
  [...md.render(text).matchAll(/class="(math[^"]*)" data-tex="([^"]*)"/g)].map(([, kind, tex]) =>
    `${kind.endsWith('display') ? 'D' : 'I'} ${tex}`,
  );

test('all four ways to write a formula are understood', () => {
  assert.deepEqual(found('设 $a$、\\(b\\)，则 $$c$$ 与 \\[d\\]。'), ['I a', 'I b', 'D c', 'D d']);
});

test('a formula on its own lines keeps lines that look like lists, headings and blanks', () => {
  assert.deepEqual(found('所以\n$$\na\n- b\n\n= c\n$$\n后文'), ['D a\n- b\n\n= c']);
  assert.deepEqual(found('\\[\n# a\n\\]。'), ['D # a']);
  assert.deepEqual(found('1. 一：\n   $$\n   a_1 + b_1\n   $$\n2. 二'), ['D a_1 + b_1']);
});

test('nothing inside a formula is read as Markdown', () => {
  assert.deepEqual(found('$a_1 * b_2 * c_3$ 和 $x_{i}^{*}$'), ['I a_1 * b_2 * c_3', 'I x_{i}^{*}']);
  assert.deepEqual(found('| $a$ | $b$ |\n|---|---|\n| $|$ | \\(2\\) |').slice(0, 2), ['I a', 'I b']);
});

test('amounts of money are no formulas', () => {
  for (const text of [
    '一本书 $5，两本 $9。', '花了$5，还剩$3', '价格从 $5 到 $10', 'It costs $5 and $7 a day', '$5,另一个是$x', '$ 5 $', '只有一个 $ 号', '$20元和$30元',
  ]) {
    assert.deepEqual(found(text), [], text);
  }
  assert.deepEqual(found('答案是 $5$，另一个是 $12.5$。'), ['I 5', 'I 12.5']);
});

test('escaped and unfinished signs stay text', () => {
  assert.deepEqual(found('\\$a\\$'), []);
  assert.deepEqual(found('$$a'), []);
  assert.deepEqual(found('\\(a'), []);
  assert.equal(formulaAt('$$$$', 0), null);
});

test('code is no formula', () => {
  assert.deepEqual(found('`$a$` 和\n\n```\n$$b$$\n```'), []);
});

test('a formula cannot leave its attribute', () => {
  assert.match(md.render('$"><img src=x onerror=alert(1)>$'), /data-tex="&quot;&gt;&lt;img/);
});
