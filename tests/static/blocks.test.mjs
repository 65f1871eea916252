// Cutting growing Markdown into blocks: nothing is lost, and how the text arrived makes no difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, feed, noBlocks, splitBlocks } from '../../static/chat/blocks.js';

const TEXT = `第一段，**粗**。
还是第一段。

# 标题

1. 一
2. 二

   二的第二段

3. 三

- 另一种

后面的段落，\`$$\` 是代码。

\`\`\`python
a = 1

b = 2
\`\`\`

公式：
$$
a

+ b
$$
后文 $x$。

\\[
c

\\]

| 表 | 头 |
|---|---|
| 1 | 2 |

> 引用

~~~~
\`\`\`

~~~
~~~~

完。`;

test('blocks end at blank lines, but not inside lists, fences and formulas', () => {
  const firsts = splitBlocks(TEXT).map((block) => block.split('\n')[0]);
  assert.deepEqual(firsts, [
    '第一段，**粗**。', '# 标题', '1. 一', '后面的段落，`$$` 是代码。', '```python', '公式：', '\\[', '| 表 | 头 |', '> 引用', '~~~~', '完。',
  ]);
});

test('the blocks joined are the text', () => {
  for (const text of ['', '\n\n', 'a', '\n a\n\n\nb\n', TEXT, `${TEXT}\n\n`]) assert.equal(splitBlocks(text).join(''), text);
});

test('for every way to cut the text in two, and letter by letter, the blocks are those of the whole', () => {
  let scan = noBlocks;
  for (let at = 0; at <= TEXT.length; at += 1) {
    const halves = feed(feed(noBlocks, TEXT.slice(0, at)), TEXT.slice(at));
    assert.deepEqual(blocksOf(halves), blocksOf(feed(noBlocks, TEXT)), `cut at ${at}`);
    assert.deepEqual(blocksOf(scan).blocks, splitBlocks(TEXT.slice(0, at)));
    scan = feed(scan, TEXT.slice(at, at + 1));
  }
});

test('while text grows, every block but the last two stays as it is', () => {
  let before = [];
  for (let at = 1; at <= TEXT.length; at += 1) {
    const now = splitBlocks(TEXT.slice(0, at));
    assert.deepEqual(now.slice(0, Math.max(0, before.length - 2)), before.slice(0, Math.max(0, before.length - 2)));
    before = now;
  }
});

test('an open formula says what opened it', () => {
  const open = (text) => blocksOf(feed(noBlocks, text)).open;
  assert.equal(open('设 $$a^2'), '$$');
  assert.equal(open('\\[ a\n\n+ b'), '\\[');
  assert.equal(open('$$a$$ 和 \\[b\\]'), null);
  assert.equal(open('`$$` 不是公式'), null);
});
