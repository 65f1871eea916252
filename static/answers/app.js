// The list of approved answers, its search and tools; dialogs lie over it.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api, withQuery } from '../shared/api.js';
import { lang, number } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { Editor } from './editor.js';
import { History } from './history.js';
import { ImportDialog } from './import_dialog.js';
import { minutes, t } from './say.js';
import { AnswerTable } from './table.js';
import { TryBox } from './try_box.js';

const PAGE = 50;
const TYPING_MS = 200;

export function App() {
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [open, setOpen] = useState(null); // {kind: 'edit' | 'history' | 'import', answer?}
  const { value, problem, loading, reload } = useLoad(
    (signal) => api.get('/api/answers', { q, limit: Math.min(limit, 200) }, signal),
    [q, limit, lang()],
  );
  useEffect(() => {
    const soon = setTimeout(() => { setQ(typed.trim()); setLimit(PAGE); }, TYPING_MS);
    return () => clearTimeout(soon);
  }, [typed]);
  if (problem && !value) return html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  if (!value) return html`<${Wait} />`;
  const close = () => setOpen(null);
  const done = () => { close(); reload(); };
  const scope = { classes: value.classes, forAll: value.for_all };
  const blank = value.total === 0 && !q;
  return html`<div class="wide answers">
    <h1 class="visually-hidden">${t('title')}</h1>
    <p class="answers-intro">${t('intro')}</p>
    <${Tiles} value=${value} />
    <div class="answers-tools" role="search">
      <input type="search" aria-label=${t('search')} placeholder=${t('search')} value=${typed} maxlength="100"
        onInput=${(event) => setTyped(event.target.value)} />
      <button type="button" class="button primary" onClick=${() => setOpen({ kind: 'edit', answer: null })}><${Icon} name="plus" />${t('new')}</button>
      <button type="button" class="button" onClick=${() => setOpen({ kind: 'import' })}><${Icon} name="upload" />${t('import')}</button>
      <${Exports} />
    </div>
    <div class="answers-columns">
      <div aria-busy=${String(loading)}>
        ${problem && html`<${Problem} problem=${problem} onRetry=${reload} />`}
        ${blank ? html`<${Empty} icon="book-open" title=${t('empty')}><p>${t('empty_body')}</p><//>`
          : value.total === 0 ? html`<p class="empty">${t('empty_search', { q })}</p>`
          : html`<${AnswerTable} value=${value} onEdit=${(answer) => setOpen({ kind: 'edit', answer })}
              onHistory=${(answer) => setOpen({ kind: 'history', answer })} />
            <p class="row hint"><span>${t('shown', { shown: value.answers.length, total: value.total })}</span>
              ${value.answers.length < value.total && limit < 200 && html`<button type="button" class="button small"
                onClick=${() => setLimit(limit + PAGE)}>${t('more')}</button>`}</p>
            <p class="hint">${t('hits_note', { n: value.step })}</p>`}
      </div>
      <${TryBox} scope=${scope} stamp=${value} />
    </div>
    ${open?.kind === 'edit' && html`<${Editor} answer=${open.answer} scope=${scope} onClose=${close} onReload=${reload} onDone=${done} />`}
    ${open?.kind === 'history' && html`<${History} answer=${open.answer} scope=${scope} onClose=${close} />`}
    ${open?.kind === 'import' && html`<${ImportDialog} scope=${scope} onClose=${close}
      onDone=${(report) => { toast(t('import_done', { n: report.num_new + report.num_changed })); done(); }} />`}
  </div>`;
}

function Tiles({ value }) {
  const hits = value.hits === 0 ? t('under', { n: value.step }) : t('at_least', { n: number(value.hits) });
  return html`<div class="answers-tiles">
    <div class="card tile"><span class="hint">${t('tile_answers')}</span><strong>${number(value.total)}</strong></div>
    <div class="card tile"><span class="hint">${t('tile_hits')}</span><strong>${hits}</strong></div>
    <div class="card tile"><span class="hint">${t('tile_saved')}</span>
      <strong>${value.saved_ms === null ? '–' : minutes(value.saved_ms)}</strong>
      ${value.saved_ms === null && html`<span class="hint">${t('saved_unknown')}</span>`}</div>
  </div>`;
}

function Exports() {
  return html`<div class="row" role="group" aria-label=${t('export')}>
    ${['csv', 'xlsx', 'json'].map((format) => html`<a key=${format} class="button" download
      href=${withQuery('/api/answers/export', { format, lang: lang() })} aria-label=${t(`export_${format}`)}>
      <${Icon} name="download" />${format.toUpperCase()}</a>`)}
  </div>`;
}
