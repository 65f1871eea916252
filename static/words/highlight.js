// Cuts a text at the edges of its hits, so that the page can underline them. Pure: spans in, segments out.

/**
 * @param {string} text the raw text
 * @param {{start_utf16: number, end_utf16: number}[]} matches spans in UTF-16 code units; they may overlap
 * @returns {{text: string, matches: number[]}[]} segments in order, whose texts joined give `text`; `matches` are the
 *   indices of the hits that cover the segment
 */
export function segments(text, matches) {
  const edges = new Set([0, text.length]);
  for (const { start_utf16: start, end_utf16: end } of matches) {
    edges.add(clamp(start, text.length));
    edges.add(clamp(end, text.length));
  }
  const cuts = [...edges].sort((a, b) => a - b);
  const found = [];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const covering = matches.flatMap((match, index) =>
      match.start_utf16 <= from && match.end_utf16 >= to ? [index] : []);
    found.push({ text: text.slice(from, to), matches: covering });
  }
  return found;
}

const clamp = (value, most) => Math.max(0, Math.min(value, most));

const ORDER = ['block', 'mask', 'replace', 'review', 'warn', 'log'];

/** The strongest of some actions, as the filter ranks them; null for none. */
export function strongest(actions) {
  return ORDER.find((action) => actions.includes(action)) ?? null;
}
