// Which part of a long list is shown, and the way to the others: first, before, after, last.
//   html`<${Pager} offset=${offset} size=${100} total=${total} onOffset=${setOffset} />`   nothing where all is on one page

import { html } from '../vendor/preact.js';
import { number, texts } from './i18n.js';
import { IconButton } from './parts.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

/** Where the ways lead; null where one is there already. */
export function waysFrom(offset, size, total) {
  const last = Math.max(0, Math.floor((total - 1) / size) * size);
  return {
    first: offset > 0 ? 0 : null,
    before: offset > 0 ? Math.max(0, offset - size) : null,
    after: offset < last ? offset + size : null,
    last: offset < last ? last : null,
  };
}

const ICONS = { first: 'chevrons-left', before: 'chevron-left', after: 'chevron-right', last: 'chevrons-right' };

export function Pager({ offset, size, total, onOffset }) {
  if (total <= size && offset === 0) return null;
  const ways = waysFrom(offset, size, total);
  const way = (name) => html`<${IconButton} icon=${ICONS[name]} small label=${t(`page_${name}`)} aria-disabled=${String(ways[name] === null)}
    onClick=${() => ways[name] !== null && onOffset(ways[name])} />`;
  return html`<nav class="row pager" aria-label=${t('pages')}>
    ${way('first')}${way('before')}
    <span class="small" role="status">${t('page_part', { from: number(Math.min(offset + 1, total)), to: number(Math.min(offset + size, total)), n: number(total) })}</span>
    ${way('after')}${way('last')}
  </nav>`;
}
