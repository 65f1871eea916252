// Above the table: search, add a word, import and export; and what can be done with the chosen rows.

import { html, useEffect, useState } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { DETECTORS, nameOf } from './particulars.js';
import { t } from './say.js';

const SEARCH_WAIT_MS = 150;

export function Toolbar({ desk, list, q, onSearch, chosen, onChosen, run, onDelete, onImport }) {
  const [typed, setTyped] = useState(q);
  useEffect(() => {
    const timer = setTimeout(() => onSearch(typed.trim()), SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`
    <div class="toolbar">
      <label class="search"><span class="visually-hidden">${t('search')}</span><${Icon} name="search" />
        <input type="search" placeholder=${t('search')} value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} /></label>
      <button type="button" class="button" onClick=${onImport}><${Icon} name="file-up" />${t('import')}</button>
      <${Export} desk=${desk} list=${list} />
      ${list ? html`<${AddWord} desk=${desk} list=${list} run=${run} />` : html`<p class="quiet-text small">${t('chooseList')}</p>`}
    </div>
    ${chosen.size > 0 && html`<${Chosen} desk=${desk} chosen=${chosen} onChosen=${onChosen} run=${run} onDelete=${onDelete} />`}`;
}

function Export({ desk, list }) {
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
  };
  const chosen = (event) => {
    event.currentTarget.closest('details').open = false;
  };
  return html`<details class="menu-box export" onFocusOut=${leave}><summary class="button"><${Icon} name="file-down" />${t('export')}</summary>
    <div class="menu" onClick=${chosen}>
      <a href=${desk.exportLink(list?.id, 'csv')} download>${t('exportCsv')}</a>
      <a href=${desk.exportLink(list?.id, 'txt')} download>${t('exportTxt')}</a>
    </div></details>`;
}

function AddWord({ desk, list, run }) {
  const [text, setText] = useState('');
  const add = async (event) => {
    event.preventDefault();
    const word = text.trim();
    if (word && (await run(() => desk.addWord({ list_id: list.id, text: word }), t('added', { word })))) setText('');
  };
  if (list.kind === 'detectors') {
    return html`<form class="add-word" onSubmit=${add}>
      <select aria-label=${t('newDetector')} value=${text} onChange=${(event) => setText(event.currentTarget.value)}>
        <option value="">${t('newDetector')}</option>
        ${DETECTORS.map((kind) => html`<option key=${kind} value=${kind}>${nameOf({ text: kind }, list, t)}</option>`)}
      </select>
      <button class="button primary" disabled=${!text}><${Icon} name="plus" />${t('addWord')}</button>
    </form>`;
  }
  const label = t(list.kind === 'allow' ? 'newPhrase' : 'newWord');
  return html`<form class="add-word" onSubmit=${add}>
    <input aria-label=${label} placeholder=${label} title=${[t('addTo', { list: list.name }), list.kind === 'words' && t('pairHint')].filter(Boolean).join('\n')} maxlength="100" value=${text}
      onInput=${(event) => setText(event.currentTarget.value)} />
    <button class="button primary" disabled=${!text.trim()}><${Icon} name="plus" />${t('addWord')}</button>
  </form>`;
}

function Chosen({ desk, chosen, onChosen, run, onDelete }) {
  const n = chosen.size;
  /** `work(stamps)`: if somebody changed one of them meanwhile it can be done again with newer stamps. */
  const done = async (work, said) => { if (await run(work, said, { stamps: chosen })) onChosen(new Map()); };
  return html`<div class="chosen row" role="region" aria-label=${t('selected', { n })}>
    <strong>${t('selected', { n })}</strong>
    <button type="button" class="button small" onClick=${() => done((stamps) => desk.enableWords(stamps, true), t('saved'))}>${t('enable')}</button>
    <button type="button" class="button small" onClick=${() => done((stamps) => desk.enableWords(stamps, false), t('saved'))}>${t('disable')}</button>
    <button type="button" class="button small danger" onClick=${() => onDelete(chosen)}>${t('delete')}</button>
    <button type="button" class="button small quiet" onClick=${() => onChosen(new Map())}>${t('clear')}</button>
  </div>`;
}
