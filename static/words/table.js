// The table of words: only the rows in view exist as elements, pages of rows are fetched as they come into view.

import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { day, locale } from '../shared/i18n.js';
import { IconButton, Wait } from '../shared/parts.js';
import { ActionChoice } from './lists.js';
import { isOver, nameOf, particularsOf } from './particulars.js';
import { t } from './say.js';
import { contentHeight, moveOf, PAGE, pagesOf, visibleRows } from './window.js';

const ROW = 48;
const HEAD = 40;
const shortDay = (ms) => new Intl.DateTimeFormat(locale(), { dateStyle: 'short' }).format(ms);

/** Rows of one query, fetched by page. `stamp` changes whenever what was fetched is out of date. */
function useRows(desk, list, q, stamp, onProblem) {
  const [rows, setRows] = useState({ total: null, pages: new Map() });
  const asked = useRef(new Set());
  const key = `${list} ${q} ${stamp}`;
  const current = useRef(key);
  const fetchPage = useCallback(async (number) => {
    if (asked.current.has(number)) return;
    asked.current.add(number);
    try {
      const answer = await desk.entries({ list, q, offset: number * PAGE, limit: PAGE });
      if (current.current !== key) return; // an answer to an earlier question
      setRows((old) => ({ total: answer.total, pages: new Map(old.pages).set(number, answer.words) }));
    } catch (error) {
      asked.current.delete(number);
      onProblem(error);
    }
  }, [key]);
  useEffect(() => {
    current.current = key;
    asked.current = new Set();
    // Old rows stay in view until the new ones are there: no flicker while typing.
    setRows((old) => ({ total: old.total, pages: old.pages, stale: true }));
    asked.current.add(0);
    desk.entries({ list, q, offset: 0, limit: PAGE }).then(
      (answer) => current.current === key && setRows({ total: answer.total, pages: new Map([[0, answer.words]]) }),
      onProblem,
    );
  }, [key]);
  return [rows, fetchPage];
}

/** The words of `list` (null: of all) that hold `q`. `lists` maps an id to its list. */
export function WordTable({ desk, list, lists, q, stamp, chosen, onChosen, onEdit, onDelete, onDetails, onProblem }) {
  const [rows, fetchPage] = useRows(desk, list, q, stamp, onProblem);
  const [view, setView] = useState({ scrollTop: 0, height: 600 });
  const [active, setActive] = useState(null); // the row that the keyboard is at
  const box = useRef(null);
  useEffect(() => {
    const measure = () => box.current && setView({ scrollTop: box.current.scrollTop, height: box.current.clientHeight });
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    setActive(null);
  }, [list, q]);
  const total = rows.total ?? 0;
  const seen = visibleRows({ ...view, rowHeight: ROW, total });
  useEffect(() => {
    if (!rows.stale) for (const number of pagesOf(seen)) fetchPage(number);
  }, [seen.first, seen.last, rows.stale, fetchPage]);
  const loaded = [...rows.pages.values()].flat();
  const at = (index) => rows.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  const choose = ({ id, updated_at_ms: seen }, on) => {
    const next = new Map(chosen);
    if (on) next.set(id, seen); else next.delete(id);
    onChosen(next);
  };
  const goTo = (index) => {
    const to = Math.max(0, Math.min(total - 1, index));
    const { scrollTop, clientHeight } = box.current;
    if (to * ROW < scrollTop) box.current.scrollTop = to * ROW;
    else if ((to + 1) * ROW + HEAD > scrollTop + clientHeight) box.current.scrollTop = (to + 1) * ROW + HEAD - clientHeight;
    setActive(to);
  };
  /** Keys on the table itself or on a row; those inside a field are the field's. */
  const onKey = (event) => {
    const row = event.target.classList.contains('words-row');
    if (total === 0 || (!row && event.target !== box.current) || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = active ?? Math.ceil(box.current.scrollTop / ROW);
    const step = moveOf(event.key, Math.max(1, Math.floor(view.height / ROW) - 2), total);
    const word = active !== null ? at(active) : null; // the focus may be a moment behind
    if (step !== null) goTo(active === null && Math.abs(step) === 1 ? here : here + step);
    else if (word && event.key === ' ') choose(word, !chosen.has(word.id));
    else if (word && event.key === 'Enter') box.current.querySelector(`[aria-rowindex="${active + 2}"] button.cell-text`)?.click();
    else if (word && event.key === 'Delete') onDelete(chosen.has(word.id) ? chosen : new Map([[word.id, word.updated_at_ms]]));
    else return;
    event.preventDefault();
  };
  const indexes = Array.from({ length: Math.max(0, seen.last - seen.first) }, (_, i) => seen.first + i);
  const allChosen = loaded.length > 0 && loaded.every((word) => chosen.has(word.id));
  return html`
    <div class="words-box" ref=${box} role="table" aria-label=${t('words50k')} aria-rowcount=${total + 1} tabindex="0" aria-describedby="table-keys" onKeyDown=${onKey}
      onScroll=${(event) => setView({ scrollTop: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}>
      <div class="words-row words-head" role="row">
        <span role="columnheader"><input type="checkbox" aria-label=${t('selectShown')} checked=${allChosen}
          onChange=${(event) => onChosen(new Map(event.currentTarget.checked ? loaded.map((word) => [word.id, word.updated_at_ms]) : []))} /></span>
        ${['word', 'category', 'direction.question', 'direction.answer', 'match', 'particulars', 'note', 'edited', 'enabled'].map((name) => html`
          <span key=${name} role="columnheader" class="col-${name.replace('.', '-')}">${t(name)}</span>`)}
      </div>
      ${rows.total === null && html`<div role="row"><div role="cell"><${Wait} /></div></div>`}
      ${rows.total === 0 && html`<div role="row"><p role="cell" class="empty">${q ? t('emptySearch', { q }) : t('emptyList')}</p></div>`}
      <${Space} height=${contentHeight(total, ROW)}>
        ${indexes.map((index) => html`<${Row} key=${at(index)?.id ?? index} index=${index} word=${at(index)}
          active=${index === active} onActive=${() => setActive(index)} list=${lists.get(at(index)?.list_id)} chosen=${chosen.has(at(index)?.id)} onChoose=${choose} onEdit=${onEdit} onDetails=${onDetails} />`)}
      <//>
    </div>
    <p id="table-keys" class="table-keys">${t('tableKeys')}</p>`;
}

/** A box of a height that no style sheet can know (set through the CSSOM: the page allows no inline styles). */
function Space({ height, children }) {
  const box = useRef(null);
  useEffect(() => { box.current.style.height = `${height}px`; }, [height]);
  return html`<div class="words-space" role="presentation" ref=${box}>${children}</div>`;
}

function Row({ index, word, list, active, onActive, chosen, onChoose, onEdit, onDetails }) {
  const box = useRef(null);
  // The keyboard is here: also after the row was drawn anew, unless somebody is somewhere else by now.
  useLayoutEffect(() => {
    const { activeElement: there } = document;
    const free = there === document.body || there?.classList.contains('words-box') || there?.classList.contains('words-row');
    if (active && free) box.current.focus({ preventScroll: true });
  }, [active, word?.id]);
  const [wanted, setWanted] = useState({}); // what was chosen here and is not yet what the server says
  useEffect(() => { box.current.style.transform = `translateY(${index * ROW}px)`; }, [index]);
  useEffect(() => {
    const open = Object.entries(wanted).filter(([name, value]) => word?.[name] !== value);
    if (open.length < Object.keys(wanted).length) setWanted(Object.fromEntries(open));
  }, [word]);
  if (!word || !list) return html`<div class="words-row" role="row" ref=${box}><span role="cell"></span><span role="cell" class="skeleton"></span></div>`;
  const edit = (change) => onEdit(word, change);
  /** A choice shows at once; one that was refused goes back. */
  const choice = async (change) => {
    setWanted((old) => ({ ...old, ...change }));
    if (!(await onEdit(word, change))) setWanted({});
  };
  const shown = { ...word, ...wanted };
  const isWord = list.kind === 'words';
  const acts = list.kind !== 'allow';
  const name = nameOf(word, list, t);
  const more = particularsOf(word, t);
  const over = isOver(word, new Date().toISOString().slice(0, 10));
  return html`
    <div class="words-row ${shown.enabled ? '' : 'off'}" role="row" aria-rowindex=${index + 2} tabindex="-1" ref=${box}
      onFocus=${(event) => event.target === box.current && onActive()}>
      <span role="cell"><input type="checkbox" checked=${chosen} aria-label=${t('select', { word: word.text })}
        onChange=${(event) => onChoose(word, event.currentTarget.checked)} /></span>
      <span role="cell" class="col-word">${list.kind === 'detectors' ? html`<span class="cell-text">${name}</span>`
        : html`<${Editable} value=${word.text} shown=${word.pair && html`<${Pair} pair=${word.pair} />`} label=${t('word')} onSave=${(text) => edit({ text })} required />`}</span>
      <span role="cell" class="col-category" title=${list.name}>${acts ? word.category ?? list.category : t('kind.allow')}</span>
      <span role="cell" class="col-direction-question">${acts && html`<${ActionChoice} compact label=${`${word.text} ${t('direction.question')}`}
        value=${shown.question_action} inherit=${list.question_action} onChange=${(value) => choice({ question_action: value })} />`}</span>
      <span role="cell" class="col-direction-answer">${acts && html`<${ActionChoice} compact label=${`${word.text} ${t('direction.answer')}`}
        value=${shown.answer_action} inherit=${list.answer_action} onChange=${(value) => choice({ answer_action: value })} />`}</span>
      <span role="cell" class="col-match">${isWord && html`<select aria-label=${`${word.text} ${t('match')}`} value=${shown.match}
        onChange=${(event) => choice({ match: event.currentTarget.value })}>
        ${['auto', 'whole', 'prefix', 'substring'].map((way) => html`<option key=${way} value=${way}>${t(`match.${way}`)}</option>`)}
      </select>`}</span>
      <span role="cell" class="col-particulars" title=${more}>
        <${IconButton} small icon="settings" label=${t('details', { word: name })} onClick=${() => onDetails(word, list)} />
        ${over ? html`<span class="tag warn">${t('over')}</span>` : html`<small>${more}</small>`}</span>
      <span role="cell" class="col-note"><${Editable} value=${word.note} label=${t('note')} onSave=${(note) => edit({ note })} /></span>
      <span role="cell" class="col-edited" title=${day(word.updated_at_ms)}>${shortDay(word.updated_at_ms)}<small>${word.updated_by}</small></span>
      <span role="cell" class="col-enabled"><input type="checkbox" checked=${shown.enabled} aria-label=${`${word.text} ${t('enabled')}`}
        onChange=${(event) => choice({ enabled: event.currentTarget.checked })} /></span>
    </div>`;
}

/** `A & B` and `A ! B` as people read them. */
function Pair({ pair: [a, operator, b] }) {
  return html`<span>${a}</span> <span class="tag">${t(operator === '&' ? 'pairAnd' : 'pairNot')}</span> <span>${b}</span>`;
}

/** Text that becomes a field when clicked: Enter or leaving saves, Esc gives up. */
function Editable({ value, shown, label, onSave, required = false }) {
  const [draft, setDraft] = useState(null);
  const field = useRef(null);
  useEffect(() => { if (draft !== null) field.current?.focus(); }, [draft !== null]);
  if (draft === null) {
    return html`<button type="button" class="cell-text" title=${value} aria-label=${`${t('edit')} ${label} ${value}`}
      onClick=${() => setDraft(value)}>${shown || value || html`<span class="quiet-text">—</span>`}</button>`;
  }
  const save = () => {
    const text = draft.trim();
    setDraft(null);
    if (text !== value && (text || !required)) onSave(text);
  };
  return html`<input ref=${field} value=${draft} aria-label=${label} onInput=${(event) => setDraft(event.currentTarget.value)}
    onBlur=${save} onKeyDown=${(event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      const row = event.currentTarget.closest('.words-row');
      if (event.key === 'Enter') save(); else setDraft(null);
      row?.focus({ preventScroll: true });
    }} />`;
}
