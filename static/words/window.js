// Which rows of a long table exist as elements, and which pages of it must be fetched. Pure arithmetic.

export const PAGE = 200;

/**
 * @param {{scrollTop: number, height: number, rowHeight: number, total: number, margin?: number}} view in pixels and rows
 * @returns {{first: number, last: number}} the rows to draw: `first` included, `last` not
 */
export function visibleRows({ scrollTop, height, rowHeight, total, margin = 8 }) {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const last = Math.min(total, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { first: Math.min(first, Math.max(0, total - 1)), last };
}

/** The numbers of the pages that hold rows `first` to `last` (not included). */
export function pagesOf({ first, last }, page = PAGE) {
  if (last <= first) return [];
  const pages = [];
  for (let n = Math.floor(first / page); n * page < last; n += 1) pages.push(n);
  return pages;
}

/** Browsers stop at some 17–33 million pixels; 50,000 rows of 44 px are far below. */
export const contentHeight = (total, rowHeight) => total * rowHeight;

/** How many rows a key moves by; null: it does not move. `page` rows fit the window, `total` are in the table. */
export function moveOf(key, page, total) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total };
  return Object.hasOwn(steps, key) ? steps[key] : null;
}
