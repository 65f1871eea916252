// An AI answer as its reader saw it: Markdown and formulas. What draws them is fetched when the first one is opened; until
// then, and where it cannot be fetched, the text stands as it was written.

import { html, useState } from '../vendor/preact.js';

let drawing = null;

export function AiAnswer({ summary, text }) {
  const [Drawn, setDrawn] = useState(null);
  const opened = (event) => {
    if (!event.currentTarget.open || Drawn) return;
    drawing ??= import('../chat/answer.js');
    drawing.then((module) => setDrawn(() => module.AnswerText), () => { drawing = null; });
  };
  return html`<details class="ai-answer" onToggle=${opened}><summary>${summary}</summary>
    ${Drawn ? html`<${Drawn} text=${text} />` : html`<p class="thread-text">${text}</p>`}</details>`;
}
