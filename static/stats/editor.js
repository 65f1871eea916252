// The topics and their keywords, edited as a tree of two levels. Nothing counts until it is saved as a whole.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm } from '../shared/dialog.js';
import { lang } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Field, IconButton, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { add, addKnown, change, findingsByRow, fromDraft, fromFile, isChanged, matching, remove, splitKeywords, toDraft } from './draft.js';
import { t } from './say.js';
import { Suggestions } from './suggestions.js';
import { TopicFiles } from './topic_files.js';

const nameOf = (row) => (lang() === 'en' ? row.name_en || row.name_zh : row.name_zh || row.name_en) || t('unnamed');

export function TopicsEditor({ onBack }) {
  const { value, problem, reload } = useLoad((signal) => api.get('/api/topics', {}, signal), []);
  if (problem) return html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  return value ? html`<${Editor} topics=${value.topics} stamp=${value.stamp} onBack=${onBack} />` : html`<${Wait} />`;
}

function Editor({ topics, stamp, onBack }) {
  const [saved, setSaved] = useState({ topics, stamp });
  const [draft, setDraft] = useState(() => toDraft(topics));
  const [q, setQ] = useState('');
  const [open, setOpen] = useState(() => new Set());
  const [way, setWay] = useState('edit');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [findings, setFindings] = useState({});
  const changed = isChanged(draft, saved.topics);

  useEffect(() => {
    const stay = (event) => changed && event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, [changed]);

  const back = async () => {
    const leave = !changed || (await confirm({ title: t('discard_title'), body: t('discard_body'), action: t('discard'), danger: true }));
    if (leave) onBack();
  };
  /** `over`: the stamp of what is replaced; null replaces whatever somebody else has saved meanwhile. */
  const save = async (over) => {
    setBusy(true);
    try {
      const answer = await api.put('/api/topics', { topics: fromDraft(draft), stamp: over, way });
      setSaved(answer);
      setWay('edit');
      setDraft(toDraft(answer.topics));
      setProblem(null);
      setFindings({});
      toast(t('saved'));
    } catch (failure) {
      const clash = failure.code === 'topics_changed' && { title: t('clash_title'), body: t('clash_body'), action: t('clash_action'), danger: true };
      if (clash && (await confirm(clash))) {
        await save(null);
        return;
      }
      const found = findingsByRow(draft, failure.details ?? []);
      setProblem(failure);
      setFindings(found);
      const wrong = draft.filter((row) => found[row.key]).map((row) => row.parent_id ?? row.id);
      setOpen(new Set([...open, ...wrong]));
      setQ('');
    }
    setBusy(false);
  };
  const put = (row) => (fields) => setDraft((before) => change(before, row.key, fields));
  const plus = (parentId) => {
    const [next, row] = add(draft, parentId, `new-${crypto.getRandomValues(new Uint32Array(2)).join('')}`);
    setDraft(next);
    setQ('');
    setOpen(new Set([...open, parentId ?? row.id]));
  };
  const suggested = (parentId, word) => {
    const [next, row] = addKnown(draft, parentId, `new-${crypto.getRandomValues(new Uint32Array(2)).join('')}`, word);
    setDraft(next);
    setOpen(new Set([...open, parentId ?? row.id]));
  };
  /** Another taxonomy in the place of the draft: it counts when it is saved, and can be taken back before. */
  const takeOver = (rows, how, said) => {
    const before = { draft, way };
    const undo = () => {
      setDraft(before.draft);
      setWay(before.way);
    };
    setDraft(rows);
    setWay(how);
    toast(said, { action: { label: t('undo'), run: undo } });
  };
  const readIn = (text) => takeOver(fromFile(text), 'import', t('read_in'));
  const putBack = (shipped) => takeOver(toDraft(shipped), 'reset', t('put_back_done'));
  const minus = (row) => {
    const before = draft;
    setDraft(remove(draft, row.key));
    toast(t('removed', { name: nameOf(row) }), { action: { label: t('undo'), run: () => setDraft(before) } });
  };
  const toggle = (id, isOpen) => setOpen((now) => new Set(isOpen ? [...now, id] : [...now].filter((each) => each !== id)));

  const shown = matching(draft, q);
  const tools = { put, plus, minus, toggle, findings };
  return html`<div class="page topics">
    <div class="topics-head">
      <button type="button" class="button quiet" onClick=${back}><${Icon} name="arrow-left" />${t('back')}</button>
      <h1>${t('topics_title')}</h1>
      <p class="quiet-text">${t('topics_intro')}</p>
    </div>
    <div class="topics-bar">
      <input type="search" aria-label=${t('find_topic')} placeholder=${t('find_topic')} value=${q} onInput=${(event) => setQ(event.target.value)} />
      <span class="small quiet-text" role="status">${changed ? t('changed') : t('no_changes')}</span>
      <button type="button" class="button primary" disabled=${busy || !changed} onClick=${() => save(saved.stamp)}>${t(busy ? 'saving' : 'save')}</button>
    </div>
    <${TopicFiles} onText=${readIn} onShipped=${putBack} />
    <${Suggestions} draft=${draft} nameOf=${nameOf} onAdd=${suggested} />
    ${problem && html`<${Findings} problem=${problem} />`}
    ${shown.length === 0 && q && html`<p class="quiet-text">${t('find_none', { q })}</p>`}
    ${shown.map(({ subject, points, all }) => html`<${Subject} key=${subject.key} subject=${subject} points=${points} numPoints=${all.length}
      isOpen=${open.has(subject.id) || (q.trim() !== '' && points.length < all.length)} tools=${tools} />`)}
    <p><button type="button" class="button" onClick=${() => plus(null)}><${Icon} name="plus" />${t('add_subject')}</button></p>
  </div>`;
}

function Findings({ problem }) {
  const { details } = problem;
  if (!details?.length) return html`<${Problem} problem=${problem} />`;
  return html`<${Note} kind="refuse" icon="circle-alert" role="alert">
    <p>${problem.message} ${details.length > 8 && t('mistakes', { n: details.length })}</p>
    <ul>${details.slice(0, 8).map((each, place) => html`<li key=${place}>${each.name ? `${each.name}: ` : ''}${each.message}</li>`)}</ul>
  <//>`;
}

function Subject({ subject, points, numPoints, isOpen, tools }) {
  const marked = [subject, ...points].some((row) => tools.findings[row.key]);
  return html`<details class="card subject" open=${isOpen} onToggle=${(event) => event.target === event.currentTarget && tools.toggle(subject.id, event.currentTarget.open)}>
    <summary>
      <${Icon} name="chevron-right" /><strong>${nameOf(subject)}</strong>
      <span class="quiet-text small">${t('num_points', { n: numPoints })}</span>
      ${marked && html`<${Icon} name="circle-alert" />`}
    </summary>
    ${isOpen && html`<div class="stack">
      <${Row} row=${subject} tools=${tools} />
      ${points.map((point) => html`<div class="point" key=${point.key}><${Row} row=${point} tools=${tools} /></div>`)}
      <p><button type="button" class="button small" onClick=${() => tools.plus(subject.id)}><${Icon} name="plus" size=${16} />${t('add_point')}</button></p>
    </div>`}
  </details>`;
}

function Row({ row, tools }) {
  const wrong = tools.findings[row.key] ?? {};
  const put = tools.put(row);
  const first = useRef(null);
  useEffect(() => {
    if (!row.name_zh && !row.name_en && !row.text) first.current?.focus();
  }, []);
  const typed = (name) => (event) => put({ [name]: event.target.value });
  return html`<div class="topic-row" role="group" aria-label=${nameOf(row)}>
    <${Field} name=${t('name_zh')} error=${wrong.name_zh ?? wrong.row ?? wrong.id ?? wrong.parent_id}>${(a) => html`<input ...${a} ref=${first} value=${row.name_zh} onInput=${typed('name_zh')} maxlength="60" />`}<//>
    <${Field} name=${t('name_en')} error=${wrong.name_en}>${(a) => html`<input ...${a} lang="en" value=${row.name_en} onInput=${typed('name_en')} maxlength="60" />`}<//>
    <${IconButton} icon="trash" label=${t('remove', { name: nameOf(row) })} onClick=${() => tools.minus(row)} />
    <div class="keywords"><${Field} name=${t('keywords_of')} error=${wrong.keywords} hint=${t('num_keywords', { n: splitKeywords(row.text).length })}>${(a) => html`<textarea ...${a} rows="2" value=${row.text} onInput=${typed('text')}></textarea>`}<//></div>
  </div>`;
}
