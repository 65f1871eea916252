// The word desk: lists on the left, words in the middle, the try-it box on the right, the draft's bar on top.

import { html, useEffect, useMemo, useState } from './vendor/preact.js';
import { api } from './shared/api.js';
import { confirm } from './shared/dialog.js';
import { startPage } from './shared/page.js';
import { Empty, Problem, useLoad, Wait } from './shared/parts.js';
import { toast } from './shared/toast.js';
import { wordDesk } from './words/actions.js';
import { ConflictDialog, stampsOf } from './words/conflict_dialog.js';
import { DraftBar } from './words/draft_bar.js';
import { DraftDialogs } from './words/draft_dialogs.js';
import { ImportDialog } from './words/import_dialog.js';
import { withLists } from './words/layers.js';
import { ListDialog } from './words/list_dialog.js';
import { Lists } from './words/lists.js';
import { Published } from './words/published.js';
import { t } from './words/say.js';
import { WordTable } from './words/table.js';
import { Toolbar } from './words/toolbar.js';
import { TryBox } from './words/try_box.js';
import { WordDialog } from './words/word_dialog.js';

const LOOK_AGAIN_MS = 20_000; // somebody else may have approved, refused or edited
const desk = wordDesk(api);
const complain = (problem) => toast(t('failed', { message: problem.message }), { kind: 'refuse', seconds: 10 });

function App({ site }) {
  const overview = useLoad(() => desk.overview(), []);
  const [stamp, setStamp] = useState(0);
  const [list, setList] = useState(null);
  const [q, setQ] = useState('');
  const [chosen, setChosen] = useState(new Map()); // id → updated_at_ms, as it was seen
  const [open, setOpen] = useState(null); // {kind: 'list' | 'word' | 'import' | …, list?, word?}
  const [conflict, setConflict] = useState(null); // {problem, change, again}
  const changed = () => { setStamp((old) => old + 1); overview.reload(); };
  // The draft is everybody's: who comes back to this tab must see what was done in others before publishing it.
  useEffect(() => {
    const back = () => document.visibilityState === 'visible' && changed();
    const timer = setInterval(() => document.visibilityState === 'visible' && overview.reload(), LOOK_AGAIN_MS);
    document.addEventListener('visibilitychange', back);
    return () => { clearInterval(timer); document.removeEventListener('visibilitychange', back); };
  }, []);
  const lists = useMemo(() => new Map((overview.value?.lists ?? []).map((each) => [each.id, each])), [overview.value]);
  if (overview.problem && !overview.value) return html`<div class="page"><${Problem} problem=${overview.problem} onRetry=${overview.reload} /></div>`;
  if (!overview.value) return html`<${Wait} />`;
  const { draft, published, way } = overview.value;
  const close = () => setOpen(null);
  /**
   * Runs a change; what came of it is fetched again, a problem is said. Of a conflict the person decides: `work` gets
   * the stamps to try again with, and `change` says what was wanted.
   */
  const run = async (work, said, { stamps = null, change = null } = {}) => {
    try {
      const answer = await work(stamps);
      if (said) toast(typeof said === 'function' ? said(answer) : said);
      for (const finding of answer?.findings ?? []) toast(`${finding.text}：${t(`finding.${finding.code}`)}`, { seconds: 8 });
      changed();
      return true;
    } catch (problem) {
      if (problem.code === 'changed_meanwhile' && problem.details.length > 0) {
        const newest = stamps && stampsOf(stamps, problem.details);
        setConflict({ problem, change, again: (there) => run((next) => work(next ?? there), said, { stamps: newest, change }) });
      } else complain(problem);
      if (problem.code !== 'login_needed') changed(); // it would only ask for the login again
      return false;
    }
  };
  const editWord = (word, change) => run((there) => desk.editWord(there ?? word, change), t('saved'), { change });
  const saveList = async (fields) => {
    if (open.list) {
      if (!(await run((there) => desk.editList(there ?? open.list, fields), null, { change: fields }))) return;
    } else setList((await desk.addList(fields)).list.id);
    close();
    changed();
  };
  const deleteList = async () => {
    const { id, name, num_words: n } = open.list;
    const asked = open.list;
    close();
    if (!(await confirm({ title: t('deleteListTitle', { name }), body: t('deleteListText', { n }), action: t('delete'), danger: true }))) return;
    if (list === id) setList(null);
    await run((there) => desk.deleteList(there ?? asked));
  };
  const deleteWords = async (stamps) => {
    const n = stamps.size;
    if (!(await confirm({ title: t('deleteWordsTitle', { n }), body: t('deleteWordsText', { n }), action: t('delete'), danger: true }))) return;
    if (await run(desk.deleteWords, t('deleted', { n }), { stamps })) setChosen(new Map());
  };
  const discard = async () => {
    const params = { n: draft.num_changes, number: published.number };
    if (await confirm({ title: t('discardTitle', params), body: t('discardText', params), action: t('discard'), danger: true })) {
      setList(null);
      await run(() => desk.discard(), t('discarded'));
    }
  };
  const show = (kind) => () => { overview.reload(); setOpen({ kind }); };
  const on = {
    changes: show('changes'), rehearse: show('rehearse'), review: show('review'), publish: show('publish'), discard,
    withdraw: () => run(() => desk.withdraw(way.submission.id), t('withdrawn')),
    unschedule: () => run(() => desk.unschedule(way.submission.id), t('scheduleCancelled')),
  };
  const current = lists.get(list) ?? null;
  return html`
    ${draft.num_changes > 0 && html`<${DraftBar} draft=${draft} way=${way} me=${site.login.name} on=${on} />`}
    <div class="desk">
      <div class="desk-side">
        <${Lists} classes=${overview.value.classes} lists=${[...lists.values()]} chosen=${list} onChoose=${(id) => { setList(id); setChosen(new Map()); }}
          onNew=${() => setOpen({ kind: 'list' })} onEdit=${(each) => setOpen({ kind: 'list', list: each })} />
        <${Published} published=${published} way=${way} mayChoose=${site.login.role === 'admin'} onHistory=${show('history')}
          onChoose=${(needed) => run(() => desk.askSecondPerson(needed), t(needed ? 'secondPersonOn' : 'secondPersonOff'))} />
      </div>
      <section class="desk-middle" aria-label=${current?.name ?? t('allLists')}>
        ${lists.size === 0
          ? html`<${Empty} icon="list-checks" title=${t('emptyDesk')}><button type="button" class="button primary" onClick=${() => setOpen({ kind: 'list' })}>${t('newList')}</button><//>`
          : html`
            <${Toolbar} desk=${desk} list=${current} q=${q} onSearch=${setQ} chosen=${chosen} onChosen=${setChosen} run=${run}
              onDelete=${deleteWords} onImport=${() => setOpen({ kind: 'import' })} />
            <${WordTable} desk=${desk} list=${list} lists=${lists} q=${q} stamp=${stamp} chosen=${chosen} onChosen=${setChosen}
              onEdit=${editWord} onDelete=${deleteWords} onDetails=${(word, its) => setOpen({ kind: 'word', word, list: its })} onProblem=${complain} />`}
      </section>
      <${TryBox} desk=${desk} classes=${withLists(overview.value.lists, overview.value.classes)} stamp=${`${stamp} ${published?.number}`} />
    </div>
    ${open?.kind === 'list' && html`<${ListDialog} list=${open.list} usual=${site.list_defaults} classes=${overview.value.classes} onSave=${saveList} onDelete=${deleteList} onClose=${close} />`}
    ${open?.kind === 'word' && html`<${WordDialog} word=${open.word} list=${open.list} onClose=${close}
      categories=${[...new Set([...lists.values()].filter((each) => each.kind !== 'allow').map((each) => each.category))]}
      onSave=${(change) => editWord(open.word, change)} />`}
    ${open?.kind === 'import' && html`<${ImportDialog} desk=${desk} lists=${[...lists.values()]} list=${list} onClose=${close}
      onDone=${(report) => { close(); toast(t(report.num_updated ? 'importDoneUpdate' : 'importDone', { n: report.num_new, m: report.num_updated })); changed(); }} />`}
    <${DraftDialogs} desk=${desk} open=${open} setOpen=${setOpen} overview=${overview.value} run=${run} onChanged=${changed} />
    ${conflict && html`<${ConflictDialog} ...${conflict} onClose=${() => setConflict(null)}
      onTheirs=${() => { setConflict(null); close(); setChosen(new Map()); }}
      onMine=${async () => {
        const [first] = conflict.problem.details;
        setConflict(null);
        if (await conflict.again(first.word ?? first.list)) { close(); setChosen(new Map()); }
      }} />`}`;
}

startPage({ here: 'words', title: () => t('title'), App });
