// The text of an answer on the page. While it grows, only its last block is drawn anew; blocks before it keep their nodes.

import { html, useLayoutEffect, useRef } from '../vendor/preact.js';
import { blocksOf, feed, noBlocks } from './blocks.js';
import { renderBlock } from './markdown.js';
import { unprovenTitle } from './sources.js';
import { underline } from './unproven.js';

/** Make the children of `place` show `text`; `before` is what the last call returned. */
function draw(place, before, { text, growing, copyLabel }) {
  const same = before && before.copyLabel === copyLabel && text.startsWith(before.scan.text);
  if (!same) place.replaceChildren();
  const scan = same ? feed(before.scan, text.slice(before.scan.text.length)) : feed(noBlocks, text);
  const { blocks, open } = blocksOf(scan);
  const old = same ? before.keys : [];
  const keys = blocks.map((block, index) => {
    const waits = growing && index === blocks.length - 1 ? open : null;
    return `${waits ?? ''}|${block.trimEnd()}`;
  });
  while (place.children.length > blocks.length) place.lastElementChild.remove();
  keys.forEach((key, index) => {
    if (old[index] === key) return;
    const waits = key.startsWith('|') ? null : open;
    const fragment = renderBlock(blocks[index], { waits, copyLabel });
    const block = place.children[index] ?? place.appendChild(document.createElement('div'));
    block.className = 'block';
    block.replaceChildren(fragment);
  });
  return { scan, keys, copyLabel };
}

export function AnswerText({ text, growing, copyLabel, unsupported = [] }) {
  const place = useRef(null);
  const state = useRef(null);
  useLayoutEffect(() => {
    state.current = draw(place.current, state.current, { text, growing, copyLabel });
    if (!growing && unsupported.length > 0) underline(place.current, unsupported, unprovenTitle());
  }, [text, growing, copyLabel, unsupported]);
  return html`<div class=${growing ? 'prose growing' : 'prose'} ref=${place}></div>`;
}
