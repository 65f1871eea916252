// My conversations: newest first, searchable, with "new" and "delete". It knows the list, not what is said in them.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm } from '../shared/dialog.js';
import { texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { IconButton, Problem, useLoad, Wait } from '../shared/parts.js';
import { useLookAgain } from '../shared/look_again.js';
import { toast } from '../shared/toast.js';
import { texts as own } from './texts.js';
import { texts as ofThreads } from './texts_thread.js';

const t = texts(own);
const thread = texts(ofThreads);
const DAY_MS = 86_400_000;
const TYPING_MS = 250;
const LOOK_AGAIN_MS = 60_000;

/** Conversations under the headings today, this_week and earlier; empty headings are left out. */
export function byAge(conversations, nowMs) {
  const midnightMs = new Date(nowMs).setHours(0, 0, 0, 0);
  const heading = ({ updated_at_ms: at }) =>
    at >= midnightMs ? 'today' : at >= midnightMs - 6 * DAY_MS ? 'this_week' : 'earlier';
  return ['today', 'this_week', 'earlier']
    .map((name) => ({ name, items: conversations.filter((each) => heading(each) === name) }))
    .filter(({ items }) => items.length > 0);
}

export function Sidebar({ current, version, onOpen, onNew, onDeleted, children }) {
  const [typed, setTyped] = useState('');
  const [q, setQ] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const { value, problem, loading, reload } = useLoad((signal) => api.get('/api/conversations', { q }, signal), [q, version]);
  useLookAgain(reload, LOOK_AGAIN_MS); // the line tells of answers at once; this is for when it could not
  const remove = async (conversation) => {
    const title = conversation.title || t('untitled');
    const sure = await confirm({
      title: t('delete_title', { title }),
      body: t('delete_body', { n: conversation.num_turns }),
      action: t('delete'),
      danger: true,
    });
    if (!sure) return;
    try {
      await api.del(`/api/conversations/${encodeURIComponent(conversation.id)}`);
      toast(t('deleted', { title }));
      onDeleted(conversation.id);
    } catch (failure) {
      toast(failure.message, { kind: 'refuse' });
    }
    reload();
  };
  return html`<nav class="conversations" aria-label=${t('conversations')}>
    <button type="button" class="button new" onClick=${onNew}><${Icon} name="square-pen" />${t('new_conversation')}</button>
    <div class="search"><${Icon} name="search" size=${16} />
      <input type="search" aria-label=${t('search')} placeholder=${t('search')} value=${typed} onInput=${(event) => setTyped(event.target.value)} />
    </div>
    <div class="list">
      ${problem && html`<${Problem} problem=${problem} onRetry=${reload} />`}
      ${!value && loading && html`<${Wait} />`}
      ${value && !value.conversations.length && html`<p class="list-empty">${q ? t('search_none', { q }) : t('list_empty')}</p>`}
      ${value && byAge(value.conversations, Date.now()).map(({ name, items }) => html`<section key=${name}>
        <h2>${t(name)}</h2>
        <ul>${items.map((each) => html`<${Item} key=${each.id} conversation=${each} isCurrent=${each.id === current}
          onOpen=${() => onOpen(each.id)} onRemove=${() => remove(each)} />`)}</ul>
      </section>`)}
    </div>
    ${children}
  </nav>`;
}

function Item({ conversation, isCurrent, onOpen, onRemove }) {
  const title = conversation.title || t('untitled');
  const opened = (event) => {
    event.preventDefault();
    onOpen();
  };
  return html`<li class=${isCurrent ? 'item current' : 'item'}>
    <a href=${`#c=${conversation.id}`} aria-current=${isCurrent ? 'true' : undefined} title=${title} onClick=${opened}>${conversation.unread && !isCurrent && html`<span class="unread" role="img" aria-label=${thread('unread')}></span>`}${title}</a>
    <${IconButton} small icon="trash" label=${t('delete_one', { title })} onClick=${onRemove} />
  </li>`;
}
