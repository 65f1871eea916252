// The page: what there is, how it comes, and what a question would find. While something is being read it is asked again.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { Empty, Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { List } from './list.js';
import { t } from './say.js';
import { TryBox } from './try_box.js';
import { Upload } from './upload.js';

const LOOK_AGAIN_MS = 1000;
const LOOK_AT_VECTORS_MS = 5000; // they may take hours, and everything is found meanwhile
const STEP = 100;
const SEARCH_WAIT_MS = 200;

export function App() {
  const [q, setQ] = useState('');
  const [limit, setLimit] = useState(STEP);
  const { value, problem, reload } = useLoad((signal) => api.get('/api/documents', { q, limit }, signal), [q, limit]);
  const isBusy = value?.documents.some((each) => each.state === 'waiting') ?? false;
  const isUnderWay = isBusy || (value?.documents.some((each) => each.vectors_share !== null) ?? false);
  useEffect(() => {
    if (!isUnderWay) return undefined;
    const timer = setTimeout(reload, isBusy ? LOOK_AGAIN_MS : LOOK_AT_VECTORS_MS);
    return () => clearTimeout(timer);
  }, [value]);
  const run = async (work, said) => {
    try {
      await work();
      toast(said);
      return true;
    } catch (failure) {
      toast(t('failed_action', { message: failure.message }), { kind: 'refuse', seconds: 10 });
      return false;
    } finally {
      reload();
    }
  };
  if (problem && !value) return html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  if (!value) return html`<${Wait} />`;
  const isEmpty = value.total === 0 && !q;
  return html`<div class="page documents">
    <div class="documents-head"><h1>${t('title')}</h1><p class="quiet-text">${t('intro')}</p></div>
    <div class="documents-main">
      <${Upload} classes=${value.classes} forAll=${value.for_all} maxBytes=${value.max_bytes} onDone=${reload} />
      ${isEmpty
        ? html`<${Empty} icon="file-text" title=${t('none')}><p>${t('none_body')}</p><//>`
        : html`<${Search} onSearch=${setQ} />
          <p class="quiet-text small" role="status">${t('num_documents', { n: value.total })}</p>
          ${value.documents.length === 0
            ? html`<${Empty} icon="search" title=${t('none_found', { q })}><p>${t('none_found_body')}</p><//>`
            : html`<${List} documents=${value.documents} classes=${value.classes} run=${run} />`}
          ${value.documents.length < value.total && html`<p class="row centred"><button type="button" class="button"
            onClick=${() => setLimit(limit + STEP)}>${t('more')}</button></p>`}`}
    </div>
    <${TryBox} classes=${value.classes} />
  </div>`;
}

function Search({ onSearch }) {
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => onSearch(typed.trim()), SEARCH_WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return html`<label class="documents-search"><span class="visually-hidden">${t('search')}</span><${Icon} name="search" />
    <input type="search" placeholder=${t('search')} value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`;
}
