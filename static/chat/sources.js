// What an answer rests on: numbered chips, each of which opens its document at its place; and what of the answer no
// document says.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { DocumentText } from '../shared/document_text.js';
import { texts } from '../shared/i18n.js';
import { Note, Problem, Wait } from '../shared/parts.js';
import { texts as own } from './texts_sources.js';

const t = texts(own);

export function Sources({ passages }) {
  const [open, setOpen] = useState(null);
  if (passages.length === 0) return null;
  return html`<div class="sources">
    <h3 class="visually-hidden">${t('sources')}</h3>
    <ol class="passages">
      ${passages.map((passage, index) => html`<li key=${index}>
        ${passage.removed ? html`<span class="passage gone"><span class="passage-number">${index + 1}</span>${t('removed')}</span>` : html`<button type="button" class="passage" title=${place(passage)} aria-label=${t('open_source', { n: index + 1, title: place(passage) })}
          onClick=${() => setOpen(passage)}><span class="passage-number">${index + 1}</span>${short(passage)}</button>`}
      </li>`)}
    </ol>
    ${open && html`<${Source} passage=${open} onClose=${() => setOpen(null)} />`}
  </div>`;
}

/** Several chips of one document are told apart by the nearest heading, or the page. */
const short = (passage) => {
  const nearest = passage.heading?.split(' › ').at(-1);
  return [passage.title, nearest !== passage.title && nearest, passage.page && t('page', { n: passage.page })].filter(Boolean).join(' · ');
};

const place = (passage) => [passage.title, passage.heading, passage.page && t('page', { n: passage.page })].filter(Boolean).join(' › ');

function Source({ passage, onClose }) {
  const [opened, setOpened] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async () => {
    setProblem(null);
    try {
      setOpened(await api.get(`/api/passages/${encodeURIComponent(passage.id)}`));
    } catch (failure) {
      setProblem(failure);
    }
  };
  useEffect(() => {
    load();
  }, [passage.id]);
  return html`<${Dialog} kind="side source" title=${opened?.title ?? passage.title} onClose=${onClose}>
    <div class="stack">
      ${(passage.heading || passage.page) && html`<p class="quiet-text small">${[passage.heading, passage.page && t('page', { n: passage.page })].filter(Boolean).join(' · ')}</p>`}
      ${!opened && !problem && html`<${Wait} />`}
      ${opened && html`<${DocumentText} opened=${opened} shown=${opened.passage} />`}
      ${problem && html`<${Problem} problem=${problem} onRetry=${load} />
        <p class="hint">${t('as_quoted')}</p><blockquote class="quoted">${passage.quote}</blockquote>`}
    </div>
  <//>`;
}

/** There are documents, and none of them fits. */
/** `notice` is what the preset says of an answer that rests on no document, if it says something. */
export const NoSources = ({ notice }) => html`<p class="aside">${notice || t('no_sources')}</p>`;

/** What of an answer stands in no document, named also for those who do not see the underlines. */
export function Unproven({ facts }) {
  if (facts.length === 0) return null;
  return html`<${Note} kind="warn" icon="triangle-alert" class="unproven-note">${t('unproven', { facts: facts.join(t('and')) })}<//>`;
}

export const unprovenTitle = () => t('unproven_one');
