// What holds for every page: both languages say everything, icons exist, and the small pure things do what they say.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { labelled } from '../../static/chat/clipboard.js';
import { countChars, sends } from '../../static/chat/composer.js';
import { daysLeft } from '../../static/chat/privacy.js';
import { byAge } from '../../static/chat/sidebar.js';
import { nextPlace } from '../../static/door/next.js';
import { withQuery } from '../../static/shared/api.js';
import { placesOf } from '../../static/chat/unproven.js';
import { partsOf } from '../../static/shared/document_text.js';
import { fill } from '../../static/shared/i18n.js';
import { iconNames } from '../../static/shared/icon_names.js';
import { waysFrom } from '../../static/shared/pager.js';
import { tabAfter } from '../../static/shared/tabs.js';
import { sideFor } from '../../static/shared/toast.js';

const root = fileURLToPath(new URL('../../static', import.meta.url));
const ours = readdirSync(root, { recursive: true })
  .map(String)
  .filter((path) => !/^(vendor|node_modules)\b/.test(path));
const scripts = ours.filter((path) => path.endsWith('.js'));
const source = (path) => readFileSync(join(root, path), 'utf8');
const names = (text) => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]);

for (const path of scripts.filter((each) => /(^|\/)texts(_\w+)?\.js$/.test(each))) {
  test(`${path} says everything in both languages`, async () => {
    const { texts } = await import(join(root, path));
    assert.deepEqual(Object.keys(texts.en).sort(), Object.keys(texts.zh).sort());
    for (const key of Object.keys(texts.zh)) {
      assert.deepEqual([...new Set(names(texts.en[key]))].sort(), [...new Set(names(texts.zh[key]))].sort(), key);
      assert.ok(JSON.stringify(texts.zh[key]).length > 2 && JSON.stringify(texts.en[key]).length > 2, key);
    }
  });
}

test('every icon that a page names is among the ones that are fetched', () => {
  for (const path of scripts) {
    for (const [, name] of source(path).matchAll(/\b(?:icon|Icon} name)[=:] ?["']([a-z0-9-]+)["']/g)) {
      assert.ok(iconNames.includes(name), `${path}: ${name}`);
    }
  }
});

test('no page brings style attributes, inline scripts or raw HTML', () => {
  for (const path of scripts) {
    assert.doesNotMatch(source(path), /\.innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write/, path);
    assert.doesNotMatch(source(path), /\beval\(|new Function\(|<[a-z]+[^>]* style="/, path);
  }
  for (const path of ours.filter((each) => each.endsWith('.html'))) {
    assert.doesNotMatch(source(path), /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?:\/\//, path);
  }
});

test('Enter sends, unless Shift or an input method has it', () => {
  const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };
  assert.ok(sends(enter));
  assert.ok(!sends({ ...enter, shiftKey: true }));
  assert.ok(!sends({ ...enter, isComposing: true }));
  assert.ok(!sends({ ...enter, keyCode: 229 }));
  assert.ok(!sends({ ...enter, key: 'a' }));
});

test('characters are counted as the server counts them', () => {
  assert.equal(countChars('  你好😀 \n'), 3);
});

test('a copied answer keeps its label', () => {
  assert.equal(labelled('回答。\n', 'AI 生成'), '回答。\n\n[AI 生成]');
  assert.equal(labelled('回答。\n', ''), '回答。');
});

test('after logging in one stays on this site', () => {
  assert.equal(nextPlace('?next=%2Fwords%3Fa%3D1%23b', 'admin'), '/words?a=1#b');
  for (const bad of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '', '/login', '\t//evil.example']) {
    assert.equal(nextPlace(`?next=${encodeURIComponent(bad)}`, 'teacher'), '/stats', bad);
  }
  assert.equal(nextPlace('', 'pupil'), '/');
});

test('conversations stand under the day they were last spoken in', () => {
  const nowMs = new Date(2026, 10, 23, 12).getTime();
  const at = (days) => ({ updated_at_ms: nowMs - days * 86_400_000 });
  const groups = byAge([at(0), at(1), at(6), at(7)], nowMs);
  assert.deepEqual(groups.map(({ name, items }) => [name, items.length]), [['today', 1], ['this_week', 2], ['earlier', 1]]);
});

test('texts are filled, and English counts', () => {
  assert.equal(fill('{n} / {limit}', { n: 1, limit: 2 }), '1 / 2');
  const template = { one: '{n} person', other: '{n} people' };
  assert.equal(fill(template, { n: 1 }, 'en'), '1 person');
  assert.equal(fill(template, { n: 3 }, 'en'), '3 people');
  assert.equal(fill('{unknown}', {}), '{unknown}');
});

test('empty query values are left out', () => {
  assert.equal(withQuery('/api/x', { q: '', a: null, b: 0, c: '数' }), '/api/x?b=0&c=%E6%95%B0');
});

test('a document is cut at its passages, by characters and not by halves of them', () => {
  const opened = {
    text: '甲😀乙丙丁',
    start: 10,
    passages: [
      { start: 10, end: 12, page: 1 },
      { start: 12, end: 15, page: 2 },
    ],
  };
  const parts = partsOf(opened, { start: 12, end: 14 });
  assert.deepEqual(
    parts.map(({ text, isShown, page }) => [text, isShown, page]),
    [['甲😀', false, 1], ['乙丙', true, 2], ['丁', false, null]],
  );
});

test('a fact is found in an answer, but not inside of a longer number', () => {
  assert.deepEqual(placesOf('20', '2025年20元，120元，20'), [5, 14]);
  assert.deepEqual(placesOf('三天', '三天后，三天三夜'), [0, 4]);
});

test('pages say to programs who writes their answers', () => {
  for (const page of ['chat.html', 'stats.html']) {
    const content = /<meta name="AIGC" content="([^"]+)">/.exec(source(page))[1].replaceAll('&quot;', '"');
    assert.equal(JSON.parse(content).Label, '1');
  }
});

test('days left are whole, and never below nothing', () => {
  const day = 86_400_000;
  assert.deepEqual([30 * day, 29.01 * day, 1, 0, -day].map((ms) => daysLeft(ms, 0)), [30, 30, 1, 0, 0]);
});

test('arrow keys go round the tabs, Home and End to their ends, other keys nowhere', () => {
  const names = ['a', 'b', 'c'];
  assert.deepEqual(['ArrowRight', 'ArrowLeft', 'Home', 'End'].map((key) => tabAfter(names, 'c', key)), ['a', 'b', 'a', 'c']);
  assert.equal(tabAfter(names, 'a', 'ArrowLeft'), 'c');
  assert.equal(tabAfter(names, 'a', 'Tab'), null);
});

test('toasts stand in the half in which nobody works', () => {
  assert.equal(sideFor(700, 800), 'above');
  assert.equal(sideFor(100, 800), 'below');
  assert.equal(sideFor(100, 800, true), 'above edge');
});

test('a pager leads to every page and nowhere else', () => {
  assert.deepEqual(waysFrom(0, 100, 1234), { first: null, before: null, after: 100, last: 1200 });
  assert.deepEqual(waysFrom(1200, 100, 1234), { first: 0, before: 1100, after: null, last: null });
  assert.deepEqual(waysFrom(100, 100, 200), { first: 0, before: 0, after: null, last: null });
  assert.deepEqual(waysFrom(0, 100, 0), { first: null, before: null, after: null, last: null });
});
