// Formulas in Markdown: a plugin for markdown-it that takes $…$, $$…$$, \(…\) and \[…\] out of the text before anything in
// them is read as Markdown, and leaves amounts of money alone. It makes empty places with the TeX beside them; markdown.js
// draws the formulas.

const MONEY = /^\d[\d,.]*\s*(?:[\u4e00-\u9fff，。；、！？]|[A-Za-z]{2,}\s)/;
const ONLY_PUNCTUATION = /^[\s.,;:，。；：、]*$/;

/** The end of `closer` in `text` from `from` on, not counting escaped ones; -1 if there is none. */
function closing(text, closer, from) {
  for (let at = text.indexOf(closer, from); at >= 0; at = text.indexOf(closer, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** A formula that begins at `pos`: {tex, display, end}, or null. */
export function formulaAt(text, pos) {
  for (const [opener, closer, display] of [['$$', '$$', true], ['\\[', '\\]', true], ['\\(', '\\)', false]]) {
    if (!text.startsWith(opener, pos)) continue;
    const at = closing(text, closer, pos + 2);
    const tex = at < 0 ? '' : text.slice(pos + 2, at).trim();
    return tex ? { tex, display, end: at + 2 } : null;
  }
  if (text[pos] !== '$' || /\s/.test(text[pos + 1] ?? ' ')) return null;
  const at = closing(text, '$', pos + 1);
  if (at < 0 || /\s/.test(text[at - 1]) || /\d/.test(text[at + 1] ?? '')) return null;
  const tex = text.slice(pos + 1, at);
  return MONEY.test(tex) ? null : { tex, display: false, end: at + 1 };
}

function inlineRule(state, silent) {
  const sign = state.src[state.pos];
  if (sign !== '$' && sign !== '\\') return false;
  const formula = formulaAt(state.src, state.pos);
  if (!formula) {
    if (!state.src.startsWith('$$', state.pos)) return false;
    if (!silent) state.pending += '$$'; // else its second sign would be taken for an opening one
    state.pos += 2;
    return true;
  }
  if (!silent) {
    const token = state.push('maths', '', 0);
    token.content = formula.tex;
    token.meta = { display: formula.display };
  }
  state.pos = formula.end;
  return true;
}

/** A formula on lines of its own; lines in it that look like lists or headings stay in it. */
function blockRule(state, startLine, endLine, silent) {
  const from = state.bMarks[startLine] + state.tShift[startLine];
  const opener = state.src.slice(from, from + 2);
  if (opener !== '$$' && opener !== '\\[') return false;
  const closer = opener === '$$' ? '$$' : '\\]';
  let tex = '';
  for (let line = startLine; line < endLine; line += 1) {
    if (line > startLine && !state.isEmpty(line) && state.sCount[line] < state.blkIndent) return false;
    const text = state.src.slice(line === startLine ? from + 2 : state.bMarks[line], state.eMarks[line]);
    const at = closing(text, closer, 0);
    tex += at < 0 ? `${text}\n` : text.slice(0, at);
    if (at < 0) continue;
    if (!ONLY_PUNCTUATION.test(text.slice(at + 2)) || !tex.trim()) return false;
    if (silent) return true;
    const token = state.push('maths', '', 0);
    token.block = true;
    token.content = tex.trim();
    token.meta = { display: true };
    token.map = [startLine, line + 1];
    state.line = line + 1;
    return true;
  }
  return false;
}

export function maths(md) {
  md.inline.ruler.before('escape', 'maths', inlineRule);
  md.block.ruler.before('fence', 'maths', blockRule, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.renderer.rules.maths = (tokens, index) => {
    const { content, meta } = tokens[index];
    const kind = meta.display ? 'math math-display' : 'math';
    return `<span class="${kind}" data-tex="${md.utils.escapeHtml(content)}"></span>`;
  };
}
