// The contrast that the page shows is the one that the server asks for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contrast, ENOUGH, isColour, worst } from '../../static/shared/contrast.js';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const colours = (text) => [...new Set(text.match(/#[0-9a-f]{6}/g))].sort();

test('contrast is that of WCAG', () => {
  assert.equal(contrast('#000000', '#ffffff').toFixed(1), '21.0');
  assert.equal(contrast('#0f766e', '#0f766e'), 1);
  assert.equal(contrast('#0f766e', '#ffffff').toFixed(2), '5.47');
  assert.ok(worst('light', '#0f766e').ratio >= ENOUGH && worst('light', '#5eead4').ratio < ENOUGH);
  assert.ok(isColour('#0F766E') && !isColour('teal') && !isColour('#0f76'));
});

test('the page and the server look at the same grounds, and they are those of the pages', () => {
  const grounds = (path) => colours(/GROUNDS[^=]*= \{[\s\S]*?\n\}/.exec(read(path))[0]);
  assert.deepEqual(grounds('static/shared/contrast.js'), grounds('server/presets/contrast.py'));
  const tokens = colours(read('static/shared/tokens.css'));
  for (const colour of grounds('static/shared/contrast.js')) assert.ok(tokens.includes(colour), colour);
});
