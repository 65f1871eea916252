// From a group of like questions to an approved answer: a button in the group's row, and the dialog filled in from it.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { toast } from '../shared/toast.js';
import { Editor } from '../answers/editor.js';
import { t } from '../answers/say.js';

let asked = null; // one request for all rows of the page
const listeners = new Set();

function groupsWithAnswers() {
  asked ??= api.get('/api/answers/groups').then(({ groups }) => groups, () => ({}));
  return asked;
}

function askAgain() {
  asked = null;
  for (const listener of listeners) listener();
}

/** The id of the answer that was written for a group, or for one that was put into it; null while there is none. */
function useAnswerOf(group) {
  const [id, setId] = useState(null);
  useEffect(() => {
    const look = () => groupsWithAnswers().then((known) => setId([group.id, ...group.merged].map((each) => known[each]).find(Boolean) ?? null));
    look();
    listeners.add(look);
    return () => { listeners.delete(look); };
  }, [group.id, group.merged.length]);
  return id;
}

export function AnswerButton({ group, name }) {
  const [open, setOpen] = useState(null); // {scope, answer}
  const answerId = useAnswerOf(group);
  const begin = async () => {
    try {
      const found = await api.get('/api/answers', { q: answerId ? group.wording ?? '' : '', limit: answerId ? 200 : 1 });
      const answer = found.answers.find((each) => each.id === answerId) ?? null;
      if (answerId && !answer) location.assign('/answers'); // its wordings were changed: there it is found
      else setOpen({ scope: { classes: found.classes, forAll: found.for_all }, answer });
    } catch (problem) {
      toast(problem.message, { kind: 'refuse' });
    }
  };
  const start = {
    wordings: group.wording ? [group.wording] : [],
    classId: group.class_id ?? '',
    groupId: group.id,
    hint: group.terms.length > 0 ? t('group_terms', { terms: group.terms.join('、') }) : null,
  };
  return html`
    ${answerId && html`<span class="tag"><${Icon} name="circle-check" size=${14} /> ${t('answered')}</span>`}
    <button type="button" class="button small" aria-label=${answerId ? t('edit', { name }) : t('from_group_label', { name })} onClick=${begin}>
      ${answerId ? t('edit_title') : t('from_group')}</button>
    ${open && html`<${Editor} answer=${open.answer} start=${open.answer ? {} : start} scope=${open.scope} onClose=${() => setOpen(null)}
      onDone=${() => { setOpen(null); askAgain(); }} />`}`;
}
