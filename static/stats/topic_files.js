// Other topics in the place of the draft: those of a file, or those that came with the preset. Nothing counts before it is saved.

import { html, useRef } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { toast } from '../shared/toast.js';
import { t } from './say.js';

export function TopicFiles({ onText, onShipped }) {
  const input = useRef(null);
  const chosen = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      onText(await file.text());
    } catch {
      toast(t('no_topic_file', { name: file.name }), { kind: 'refuse' });
    }
    event.target.value = '';
  };
  const putBack = async () => {
    try {
      onShipped((await api.get('/api/topics/shipped')).topics);
    } catch (failure) {
      toast(failure.message, { kind: 'refuse' });
    }
  };
  return html`<div class="row">
    <a class="button small" download href="/api/topics/export"><${Icon} name="file-down" size=${16} />${t('topics_export')}</a>
    <button type="button" class="button small" onClick=${() => input.current.click()}><${Icon} name="file-up" size=${16} />${t('topics_import')}</button>
    <button type="button" class="button small" onClick=${putBack}><${Icon} name="rotate-ccw" size=${16} />${t('topics_put_back')}</button>
    <input ref=${input} type="file" accept=".json,application/json" class="visually-hidden" tabindex="-1" aria-label=${t('topics_import')} onChange=${chosen} />
  </div>`;
}
