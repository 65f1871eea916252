// The example knowledge base of the preset: one click loads it, one takes it away; what was edited is asked about.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { Icon } from '../shared/icons.js';
import { Note } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { t } from './preset_say.js';

export const isLoaded = (examples) => examples.loaded_answers + examples.loaded_documents > 0;

export function Examples({ examples, onChange }) {
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(null);
  const numbers = { answers: examples.answers, documents: examples.documents };
  const run = async (work, said) => {
    setBusy(true);
    try {
      const now = await work();
      onChange(now);
      if (now.edited.length && said === 'examplesGone') setAsking(now.edited);
      else toast(t(said, { answers: now.loaded_answers, documents: now.loaded_documents }));
    } catch (failure) {
      toast(t('examplesFailed', { message: failure.message }), { kind: 'refuse', seconds: 10 });
    }
    setBusy(false);
  };
  const load = () => run(() => api.post('/api/examples', {}), 'examplesLoaded');
  const remove = (edited) => () => {
    setAsking(null);
    run(() => api.post('/api/examples/remove', { edited }), 'examplesGone');
  };
  const there = isLoaded(examples);
  const all = examples.loaded_answers === examples.answers && examples.loaded_documents === examples.documents;
  return html`
    <section class="stack" aria-labelledby="examples-head">
      <div class="section-head"><h2 id="examples-head">${t('examples')}</h2>
        <div class="row">
          ${!all && html`<button type="button" class=${`button small ${there ? '' : 'primary'}`} disabled=${busy} onClick=${load}>
            <${Icon} name=${busy ? 'loader-circle' : 'book-open'} />${t(busy ? 'examplesWait' : 'examplesLoad')}</button>`}
          ${there && html`<button type="button" class="button small" disabled=${busy} onClick=${remove('keep')}>${t('examplesRemove')}</button>`}
        </div></div>
      <p class="quiet-text">${t(there ? 'examplesThere' : 'examplesWhat', there ? { answers: examples.loaded_answers, documents: examples.loaded_documents } : numbers)}</p>
      ${there && examples.edited.length > 0 && html`<${Note}>${t('examplesEdited', { n: examples.edited.length })}<//>`}
      ${asking && html`<${Dialog} title=${t('editedTitle', { n: asking.length })} onClose=${() => setAsking(null)} foot=${html`
          <button type="button" class="button" onClick=${remove('own')} autofocus>${t('editedKeep')}</button>
          <button type="button" class="button danger" onClick=${remove('remove')}>${t('editedRemove')}</button>`}>
        <div class="stack"><p>${t('editedBody')}</p><ul>${asking.map((name) => html`<li key=${name}>${name}</li>`)}</ul></div>
      <//>`}
    </section>`;
}
