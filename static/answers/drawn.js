// The text of an answer as the chat shows it: Markdown and formulas. What draws it is fetched once; until then, and where
// it cannot be fetched, the text stands as it was written.

import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { t } from './say.js';

let drawing = null;
let AnswerText = null;

function useDrawing() {
  const [isThere, setIsThere] = useState(Boolean(AnswerText));
  useEffect(() => {
    if (isThere) return;
    drawing ??= import('../chat/answer.js');
    drawing.then((module) => { AnswerText = module.AnswerText; setIsThere(true); }, () => { drawing = null; });
  }, [isThere]);
  return isThere;
}

function Drawn({ text }) {
  return useDrawing() ? html`<${AnswerText} text=${text} />` : html`<p class="answers-raw">${text}</p>`;
}

/** The beginning of it, in a few lines of a table; links in it are not to be reached there. */
export function DrawnBeginning({ text }) {
  const box = useRef(null);
  const isThere = useDrawing();
  useLayoutEffect(() => {
    const place = box.current;
    const look = () => {
      place.querySelectorAll('a').forEach((link) => { link.tabIndex = -1; });
      place.classList.toggle('cut', place.scrollHeight > place.clientHeight + 1);
    };
    look();
    const watch = new ResizeObserver(look); // formulas and their typefaces come later, and make it taller
    for (const part of place.children) watch.observe(part);
    return () => watch.disconnect();
  }, [text, isThere]);
  return html`<div class="answers-beginning" ref=${box}><${Drawn} text=${text} /></div>`;
}

/** What whoever asks will see, while it is written. */
export const Preview = ({ text }) => text.trim() && html`<section class="answers-preview" aria-label=${t('shown_as')}>
  <h3>${t('shown_as')}</h3><${Drawn} text=${text} />
</section>`;
