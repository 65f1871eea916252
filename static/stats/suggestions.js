// What is asked and no topic knows: words of groups, each put into the topics with one click. Only shown groups speak here.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { Field, useLoad } from '../shared/parts.js';
import { splitKeywords, subjects } from './draft.js';
import { t } from './say.js';

/** Suggested words that are no keyword yet, each once. */
export function openWords(groups, draft) {
  const known = draft.flatMap((row) => splitKeywords(row.text));
  const words = groups.map((group) => group.suggestion).filter(Boolean);
  return [...new Set(words)].filter((word) => !known.some((keyword) => word.includes(keyword)));
}

export function Suggestions({ draft, nameOf, onAdd }) {
  const [subject, setSubject] = useState('');
  const { value } = useLoad((signal) => api.get('/api/stats/groups', { class: 'all' }, signal), []);
  const words = value ? openWords(value.groups, draft) : [];
  if (words.length === 0) return null;
  return html`<section class="card stack" aria-label=${t('suggestions')}>
    <h2 class="suggestions-head">${t('suggestions')}</h2>
    <p class="hint">${t('suggestions_intro')}</p>
    <${Field} name=${t('suggest_to')}>${(a) => html`<select ...${a} value=${subject} onChange=${(event) => setSubject(event.target.value)}>
      <option value="">${t('suggest_new')}</option>
      ${subjects(draft).map((row) => html`<option key=${row.key} value=${row.id}>${nameOf(row)}</option>`)}
    </select>`}<//>
    <div class="row">${words.slice(0, 12).map((word) => html`<button key=${word} type="button" class="button small" onClick=${() => onAdd(subject || null, word)}>
      <${Icon} name="plus" size=${16} />${word}</button>`)}</div>
  </section>`;
}
