// Cuts growing Markdown into top-level blocks, so that only the last one is drawn again when text comes. Pure: no parser,
// no page. A block ends at a blank line, unless a fence, a formula or a list goes on behind it. The blocks joined are the
// text; for every way to cut the text into pieces the blocks are those of the whole.

const BLANK = /^\s*$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const INDENTED = /^(?: {2,}|\t)/;
const CODE_SPAN = /(`+)[^`]+\1/g;

const fresh = (start) => ({ start, kind: null, fence: null, blank: false, openMath: null });

/** Which display formula is left open after this line: '$$', '\\[' or none. */
function mathAfter(line, open) {
  let left = line;
  let still = open;
  for (;;) {
    if (still) {
      const closer = still === '$$' ? '$$' : '\\]';
      const at = left.indexOf(closer);
      if (at < 0) return still;
      left = left.slice(at + 2);
      still = null;
    } else {
      const found = /\$\$|\\\[/.exec(left);
      if (!found) return null;
      left = left.slice(found.index + 2);
      still = found[0];
    }
  }
}

/** Whether the block goes on with this line after a blank one. */
const goesOn = (block, line) =>
  block.fence !== null || block.openMath !== null || (block.kind === 'list' && (ITEM.test(line) || INDENTED.test(line)));

/** One line (its end not included) beginning at `at`: the block that it belongs to. */
function take(block, line, at) {
  if (BLANK.test(line)) return block.kind === null || block.fence ? block : { ...block, blank: true };
  if (block.kind !== null && block.blank && !goesOn(block, line)) return take(fresh(at), line, at);
  const next = { ...block, blank: false };
  const fence = FENCE.exec(line);
  if (block.fence) {
    const closes = fence && fence[1][0] === block.fence[0] && fence[1].length >= block.fence.length;
    if (closes && BLANK.test(line.slice(fence[0].length))) next.fence = null;
    return next;
  }
  if (fence) return { ...next, kind: next.kind ?? 'fence', fence: fence[1] };
  if (next.kind === null) next.kind = ITEM.test(line) ? 'list' : 'text';
  next.openMath = mathAfter(block.openMath ? line : line.replace(CODE_SPAN, ''), block.openMath);
  return next;
}

export const noBlocks = { text: '', at: 0, starts: [], block: fresh(0) };

function moved(starts, before, after) {
  if (after.start === before.start) return starts;
  return [...starts, before.start];
}

/** More text: a new scan that has read every complete line. `scan` itself stays as it was. */
export function feed(scan, piece) {
  const text = scan.text + piece;
  let { at, starts, block } = scan;
  for (let end = text.indexOf('\n', at); end >= 0; end = text.indexOf('\n', at)) {
    const next = take(block, text.slice(at, end), at);
    starts = moved(starts, block, next);
    block = next;
    at = end + 1;
  }
  return { text, at, starts, block };
}

/** The blocks now, the unfinished line with them; `open` is what opened a formula in the last one that has no end yet. */
export function blocksOf(scan) {
  const rest = scan.text.slice(scan.at);
  const last = rest ? take(scan.block, rest, scan.at) : scan.block;
  const starts = [...moved(scan.starts, scan.block, last), last.start];
  const blocks = starts.map((start, index) => scan.text.slice(start, starts[index + 1]));
  return { blocks: scan.text ? blocks : [], open: last.openMath };
}

/** The blocks of a whole text. */
export const splitBlocks = (text) => blocksOf(feed(noBlocks, text)).blocks;
