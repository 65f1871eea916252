// The documents, newest first: what each is, how far it has come, and what can be done with it.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { Icon } from '../shared/icons.js';
import { Field, IconButton, Problem } from '../shared/parts.js';
import { Preview } from './preview.js';
import { day, size, t } from './say.js';

export function List({ documents, classes, run }) {
  const [open, setOpen] = useState(null); // {kind: 'preview' | 'rename', document}
  const close = () => setOpen(null);
  const remove = async (document) => {
    const body = t('delete_body', { file: document.file_name, n: document.num_passages });
    if (await confirm({ title: t('delete_title', document), body, action: t('delete'), danger: true })) {
      await run(() => api.del(`/api/documents/${document.id}`), t('deleted', document));
    }
  };
  const again = (document) => run(() => api.post(`/api/documents/${document.id}/again`), t('read_anew_said', document));
  return html`<ul class="documents-list">
    ${documents.map((document) => html`<li key=${document.id} class="card document">
      <div class="document-what">
        <strong>${document.title}</strong>
        <p class="quiet-text small">${[
          document.kind && t(`kind_${document.kind}`),
          size(document.size_bytes),
          document.num_pages && t('pages', { n: document.num_pages }),
          document.num_passages > 0 && t('passages', { n: document.num_passages }),
          t('by', { who: document.added_by, day: day(document.added_at_ms) }),
        ].filter(Boolean).join(' · ')}</p>
        <${State} document=${document} />
      </div>
      <span class="tag">${classes.find((each) => each.id === document.class_id)?.name ?? t('everyone')}</span>
      <div class="row" role="group" aria-label=${t('actions_of', document)}>
        ${document.is_found && html`<${IconButton} small icon="eye" label=${t('preview')} onClick=${() => setOpen({ kind: 'preview', document })} />`}
        ${document.may_edit && html`
          <${IconButton} small icon="pencil" label=${t('rename')} onClick=${() => setOpen({ kind: 'rename', document })} />
          <${IconButton} small icon="refresh-cw" label=${t('read_anew')} disabled=${document.state === 'waiting'} onClick=${() => again(document)} />
          <${IconButton} small icon="trash" label=${t('delete')} onClick=${() => remove(document)} />
        `}
      </div>
    </li>`)}
    ${open?.kind === 'preview' && html`<${Preview} document=${open.document} onClose=${close} />`}
    ${open?.kind === 'rename' && html`<${Rename} document=${open.document} onClose=${close} onDone=${run} />`}
  </ul>`;
}

function State({ document }) {
  const { state, progress, problem, vectors_share: share } = document;
  if (state === 'ready') {
    return html`<p class="document-state ready"><${Icon} name="circle-check" size=${16} />${t('ready')}
      ${share !== null && html`<span class="quiet-text">${t('vectors', { n: Math.floor(100 * share) })}</span>`}</p>`;
  }
  const before = document.is_found && html` ${t('serves_before')}`;
  if (state === 'failed') {
    return html`<p class="document-state failed"><${Icon} name="circle-alert" size=${16} /><span>${problem ?? t('failed')}${before}</span></p>`;
  }
  const { stage, done, total } = progress ?? {};
  const words = !stage ? t('waiting') : stage === 'reading' ? t(total ? 'reading_pages' : 'reading', { done, total }) : t(stage, { done, total });
  return html`<div class="document-state"><progress max=${total || 1} value=${total ? done : undefined} aria-label=${words}></progress>
    <span>${words}${before}</span></div>`;
}

function Rename({ document, onClose, onDone }) {
  const [title, setTitle] = useState(document.title);
  const [problem, setProblem] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    try {
      const renamed = await api.patch(`/api/documents/${document.id}`, { title });
      onClose();
      await onDone(async () => {}, t('renamed', renamed));
    } catch (failure) {
      setProblem(failure);
    }
  };
  return html`<${Dialog} title=${t('rename_title')} onClose=${onClose}>
    <form class="stack" onSubmit=${save}>
      <${Field} name=${t('name')} hint=${t('rename_hint')}>${(a) => html`<input ...${a} required maxlength="120" value=${title}
        onInput=${(event) => setTitle(event.currentTarget.value)} />`}<//>
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary">${t('save')}</button>
    </form>
  <//>`;
}
