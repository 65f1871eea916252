// What of Markdown is drawn, as far as that can be seen without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { md } from '../../static/chat/markdown.js';

test('no character is drawn that the word filter did not see', () => {
  for (const spelled of ['&#22351;', '&#x574F;', '&ZeroWidthSpace;', '&amp;']) {
    assert.equal(md.render(spelled), `<p>${spelled.replace('&', '&amp;')}</p>\n`);
  }
});
