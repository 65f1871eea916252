// The topics as a file: written by the server, read in here; nothing counts before it is saved.

import { html, useRef } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { toast } from '../shared/toast.js';
import { t } from './say.js';

export function TopicFiles({ onText }) {
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
  return html`<div class="row">
    <a class="button small" download href="/api/topics/export"><${Icon} name="file-down" size=${16} />${t('topics_export')}</a>
    <button type="button" class="button small" onClick=${() => input.current.click()}><${Icon} name="file-up" size=${16} />${t('topics_import')}</button>
    <input ref=${input} type="file" accept=".json,application/json" class="visually-hidden" tabindex="-1" aria-label=${t('topics_import')} onChange=${chosen} />
  </div>`;
}
