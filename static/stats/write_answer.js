// From a question on the page to an approved answer: a button, and the dialog filled in with what is there already.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { toast } from '../shared/toast.js';
import { texts as dictionary } from '../shared/i18n.js';
import { Editor } from '../answers/editor.js';
import { texts } from './texts_tabs.js';

const t = dictionary(texts);

/** `text` is what a teacher said to the question already; `groupId` the group it is of. */
export function WriteAnswer({ question, classId, groupId = null, text }) {
  const [scope, setScope] = useState(null);
  const begin = async () => {
    try {
      const found = await api.get('/api/answers', { limit: 1 });
      if (!found.for_all && found.classes.length === 0) toast(t('write_nowhere'), { kind: 'refuse', seconds: 8 });
      else setScope({ classes: found.classes, forAll: found.for_all });
    } catch (problem) {
      toast(problem.message, { kind: 'refuse' });
    }
  };
  const close = () => setScope(null);
  const start = { wordings: [question], classId: classId ?? undefined, groupId, text };
  return html`<button type="button" class="button small no-print" onClick=${begin}>${t('write_answer')}</button>
    ${scope && html`<${Editor} answer=${null} start=${start} scope=${scope} onClose=${close} onDone=${close} />`}`;
}
