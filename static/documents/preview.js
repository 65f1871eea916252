// What was read of a document, with its passages told apart; a long one comes in stretches.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { DocumentText } from '../shared/document_text.js';
import { number } from '../shared/i18n.js';
import { Problem, Wait } from '../shared/parts.js';
import { t } from './say.js';

const STRETCH_CHARS = 20_000;

export function Preview({ document, shown = null, start = 0, onClose }) {
  const [opened, setOpened] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async (from) => {
    setProblem(null);
    try {
      const next = await api.get(`/api/documents/${document.id}/text`, { start: from, chars: STRETCH_CHARS });
      setOpened((before) => (before && from > before.start ? joined(before, next) : next));
    } catch (failure) {
      setProblem(failure);
    }
  };
  useEffect(() => {
    load(start);
  }, [document.id]);
  const end = opened ? opened.start + Array.from(opened.text).length : 0;
  return html`<${Dialog} kind="large" title=${opened?.title ?? document.title} onClose=${onClose}>
    ${!opened && !problem && html`<${Wait} />`}
    ${opened && html`<div class="stack">
      <p class="quiet-text small">${t('characters', { n: number(opened.num_chars) })}</p>
      <${DocumentText} opened=${opened} shown=${shown} />
      ${end < opened.num_chars && html`<button type="button" class="button" onClick=${() => load(end)}>${t('load_more')}</button>`}
    </div>`}
    ${problem && html`<${Problem} problem=${problem} onRetry=${() => load(end || start)} />`}
  <//>`;
}

/** Two stretches as one; a passage that lies in both is there once. */
const joined = (before, next) => ({
  ...before,
  text: before.text + next.text,
  passages: [...before.passages, ...next.passages.filter((each) => !before.passages.some((own) => own.start === each.start))],
});
