// A stretch of a document's text with its passages marked:
//   html`<${DocumentText} opened=${answer of the server} shown=${{start, end}} />`
// Places of the server count code points, and JavaScript's strings count halves of some of them: so the text is cut as an
// array of characters. `shown` is scrolled to and told apart; page numbers stand where they change.

import { html, useLayoutEffect, useRef } from '../vendor/preact.js';
import { texts } from './i18n.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

/** The text in parts: {text, passage: its number or null, isShown, page: where it changes}. Pure. */
export function partsOf({ text, start, passages }, shown = null) {
  const characters = Array.from(text);
  const end = start + characters.length;
  const inside = (place) => place > start && place < end;
  const places = [start, end];
  for (const each of passages) places.push(each.start, each.end);
  if (shown) places.push(shown.start, shown.end);
  const edges = [...new Set(places.filter((place) => place === start || place === end || inside(place)))].sort((a, b) => a - b);
  let page = null;
  let next = 0; // passages come in their order, so each is looked at once
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1];
    while (next + 1 < passages.length && passages[next + 1].start <= from) next += 1;
    const own = passages[next];
    const isInside = own && own.start <= from && own.end >= to;
    const newPage = own && own.start <= from && own.page !== page ? own.page : null;
    if (newPage) page = newPage;
    return {
      text: characters.slice(from - start, to - start).join(''),
      passage: isInside ? next : null,
      isShown: Boolean(shown && from >= shown.start && to <= shown.end),
      page: newPage,
    };
  });
}

export function DocumentText({ opened, shown = null }) {
  const place = useRef(null);
  useLayoutEffect(() => {
    place.current?.querySelector('mark')?.scrollIntoView({ block: 'center' });
  }, [opened, shown]);
  return html`<div class="document-text" ref=${place} tabindex="0" role="region" aria-label=${opened.title}>
    ${partsOf(opened, shown).map((part, index) => html`
      ${part.page && html`<span class="document-page" key=${`page-${index}`}>${t('page_number', { n: part.page })}</span>`}
      ${part.isShown
        ? html`<mark key=${index}>${part.text}</mark>`
        : html`<span key=${index} class=${part.passage === null ? '' : part.passage % 2 ? 'odd' : 'even'}>${part.text}</span>`}
    `)}
  </div>`;
}
