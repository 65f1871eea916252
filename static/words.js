// The word desk: lists on the left, words in the middle, the try-it box on the right, the draft's bar on top.

import { html, useEffect, useMemo, useState } from './vendor/preact.js';
import { api } from './shared/api.js';
import { confirm, Dialog } from './shared/dialog.js';
import { moment } from './shared/i18n.js';
import { Icon } from './shared/icons.js';
import { startPage } from './shared/page.js';
import { Empty, Field, Problem, useLoad, Wait } from './shared/parts.js';
import { toast } from './shared/toast.js';
import { wordDesk } from './words/actions.js';
import { History } from './words/history.js';
import { ImportDialog } from './words/import_dialog.js';
import { ListDialog } from './words/list_dialog.js';
import { Lists } from './words/lists.js';
import { t } from './words/say.js';
import { WordTable } from './words/table.js';
import { Toolbar } from './words/toolbar.js';
import { TryBox } from './words/try_box.js';
import { WordDialog } from './words/word_dialog.js';

const desk = wordDesk(api);
const complain = (problem) => toast(t('failed', { message: problem.message }), { kind: 'refuse', seconds: 10 });

function App({ site }) {
  const overview = useLoad(() => desk.overview(), []);
  const [stamp, setStamp] = useState(0);
  const [list, setList] = useState(null);
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState(new Set());
  const [open, setOpen] = useState(null); // {kind: 'list' | 'word' | 'import' | 'publish' | 'history', list?, word?}
  const changed = () => { setStamp((old) => old + 1); overview.reload(); };
  // The draft is everybody's: who comes back to this tab must see what was done in others before publishing it.
  useEffect(() => {
    const back = () => document.visibilityState === 'visible' && changed();
    document.addEventListener('visibilitychange', back);
    return () => document.removeEventListener('visibilitychange', back);
  }, []);
  const lists = useMemo(() => new Map((overview.value?.lists ?? []).map((each) => [each.id, each])), [overview.value]);
  if (overview.problem && !overview.value) return html`<div class="page"><${Problem} problem=${overview.problem} onRetry=${overview.reload} /></div>`;
  if (!overview.value) return html`<${Wait} />`;
  const { draft, published } = overview.value;
  const close = () => setOpen(null);
  /** Runs a change; what came of it is fetched again, a problem is said. */
  const run = async (work, said) => {
    try {
      const answer = await work();
      if (said) toast(typeof said === 'function' ? said(answer) : said);
      for (const finding of answer?.findings ?? []) toast(`${finding.text}：${t(`finding.${finding.code}`)}`, { seconds: 8 });
      changed();
      return true;
    } catch (problem) {
      complain(problem);
      if (problem.code !== 'login_needed') changed(); // it would only ask for the login again
      return false;
    }
  };
  const saveList = async (fields) => {
    if (open.list) await desk.editList(open.list.id, fields);
    else setList((await desk.addList(fields)).list.id);
    close();
    changed();
  };
  const deleteList = async () => {
    const { id, name, num_words: n } = open.list;
    close();
    if (!(await confirm({ title: t('deleteListTitle', { name }), body: t('deleteListText', { n }), action: t('delete'), danger: true }))) return;
    if (list === id) setList(null);
    await run(() => desk.deleteList(id));
  };
  const discard = async () => {
    const params = { n: draft.num_changes, number: published.number };
    if (await confirm({ title: t('discardTitle', params), body: t('discardText', params), action: t('discard'), danger: true })) {
      setList(null);
      await run(() => desk.discard(), t('discarded'));
    }
  };
  const current = lists.get(list) ?? null;
  return html`
    ${draft.num_changes > 0 && html`
      <div class="draft-bar" role="region" aria-label=${t('use.draft')}>
        <${Icon} name="pencil" /><span>${t('draftBar', { n: draft.num_changes })}</span>
        <button type="button" class="button small" onClick=${discard}>${t('discard')}</button>
        <button type="button" class="button small primary" onClick=${() => { overview.reload(); setOpen({ kind: 'publish' }); }}>${t('publish')}</button>
      </div>`}
    <div class="desk">
      <div class="desk-side">
        <${Lists} lists=${[...lists.values()]} chosen=${list} onChoose=${(id) => { setList(id); setChosen(new Set()); }}
          onNew=${() => setOpen({ kind: 'list' })} onEdit=${(each) => setOpen({ kind: 'list', list: each })} />
        <div class="published">
          <strong>${published ? t('published', { number: published.number }) : t('noVersion')}</strong>
          ${published && html`<span class="quiet-text small">${t('publishedAt', { who: published.published_by, when: moment(published.published_at_ms) })}</span>`}
          <button type="button" class="button small" onClick=${() => setOpen({ kind: 'history' })}><${Icon} name="rotate-ccw" />${t('history')}</button>
        </div>
      </div>
      <section class="desk-middle" aria-label=${current?.name ?? t('allLists')}>
        ${lists.size === 0
          ? html`<${Empty} icon="list-checks" title=${t('emptyDesk')}><button type="button" class="button primary" onClick=${() => setOpen({ kind: 'list' })}>${t('newList')}</button><//>`
          : html`
            <${Toolbar} desk=${desk} list=${current} q=${q} onSearch=${setQ} chosen=${chosen} onChosen=${setChosen} run=${run}
              onImport=${() => setOpen({ kind: 'import' })} />
            <${WordTable} desk=${desk} list=${list} lists=${lists} q=${q} stamp=${stamp} chosen=${chosen} onChosen=${setChosen}
              onEdit=${(word, change) => run(() => desk.editWord(word.id, change), t('saved'))} onDetails=${(word, its) => setOpen({ kind: 'word', word, list: its })} onProblem=${complain} />`}
      </section>
      <${TryBox} desk=${desk} stamp=${`${stamp} ${published?.number}`} />
    </div>
    ${open?.kind === 'list' && html`<${ListDialog} list=${open.list} usual=${site.list_defaults} onSave=${saveList} onDelete=${deleteList} onClose=${close} />`}
    ${open?.kind === 'word' && html`<${WordDialog} word=${open.word} list=${open.list} onClose=${close}
      categories=${[...new Set([...lists.values()].filter((each) => each.kind !== 'allow').map((each) => each.category))]}
      onSave=${(change) => run(() => desk.editWord(open.word.id, change), t('saved'))} />`}
    ${open?.kind === 'history' && html`<${History} desk=${desk} onClose=${close} />`}
    ${open?.kind === 'import' && html`<${ImportDialog} desk=${desk} lists=${[...lists.values()]} list=${list} onClose=${close}
      onDone=${(report) => { close(); toast(t('importDone', { n: report.num_new })); changed(); }} />`}
    ${open?.kind === 'publish' && html`<${PublishDialog} draft=${draft} onClose=${close}
      onPublish=${async (comment) => { close(); await run(() => desk.publish(comment), (answer) => t('publishedNow', { number: answer.published.number })); }} />`}`;
}

function PublishDialog({ draft, onPublish, onClose }) {
  const [comment, setComment] = useState('');
  const publish = (event) => { event.preventDefault(); onPublish(comment); };
  return html`
    <${Dialog} title=${t('publishTitle')} onClose=${onClose}>
      <form class="stack" onSubmit=${publish}>
        <p><strong>${t('draftBar', { n: draft.num_changes })}</strong></p>
        <p>${t('publishText')}</p>
        <${Field} name=${t('comment')}>${(a) => html`<input ...${a} maxlength="200" value=${comment} onInput=${(event) => setComment(event.currentTarget.value)} />`}<//>
        <button class="button primary">${t('publish')}</button>
      </form>
    <//>`;
}

startPage({ here: 'words', title: () => t('title'), App });
