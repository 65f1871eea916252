// Which passages a question would get, and how well each fits.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Field, Note, Problem } from '../shared/parts.js';
import { Preview } from './preview.js';
import { percent, t } from './say.js';

const LEAD_CHARS = 2000;
const MOST_SHOWN = 6;

export function TryBox({ classes }) {
  const [question, setQuestion] = useState('');
  const [classId, setClassId] = useState('');
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const [open, setOpen] = useState(null);
  const go = async (event) => {
    event.preventDefault();
    setProblem(null);
    try {
      const { passages } = await api.post('/api/documents/try', { question, class_id: classId || null });
      setFound(passages.slice(0, MOST_SHOWN));
    } catch (failure) {
      setFound(null);
      setProblem(failure);
    }
  };
  return html`<section class="card stack try" aria-labelledby="try-head">
    <div><h2 id="try-head">${t('try')}</h2><p class="hint">${t('try_hint')}</p></div>
    <form class="stack" onSubmit=${go}>
      <${Field} name=${t('try_question')}>${(a) => html`<input ...${a} required maxlength="2000" value=${question}
        onInput=${(event) => setQuestion(event.currentTarget.value)} />`}<//>
      ${classes.length > 0 && html`<${Field} name=${t('try_for')}>${(a) => html`<select ...${a} value=${classId}
        onChange=${(event) => setClassId(event.currentTarget.value)}>
        <option value="">${t('everyone')}</option>
        ${classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}
      </select>`}<//>`}
      <button class="button" disabled=${!question.trim()}>${t('try_go')}</button>
    </form>
    <div role="status" class="stack">
      ${problem && html`<${Problem} problem=${problem} />`}
      ${found?.length === 0 && html`<p class="quiet-text">${t('try_none')}</p>`}
      ${found?.length > 0 && !found.some((each) => each.used) && html`<${Note} kind="warn">${t('try_declined')}<//>`}
      ${found && html`<ol class="tried">
        ${found.map((each) => html`<li key=${each.id} class=${each.used ? 'used' : ''}>
          <button type="button" class="tried-open" onClick=${() => setOpen(each)}>
            <strong>${each.title}</strong>${each.heading && html`<span class="quiet-text">${each.heading}</span>`}
            <span class="tried-quote">${each.text}</span>
          </button>
          <p class="small quiet-text">${[
            t(each.used ? 'try_used' : 'try_not_used'),
            t('fit', { n: percent(each.fit) }),
            each.page && t('page', { n: each.page }),
          ].filter(Boolean).join(' · ')}</p>
        </li>`)}
      </ol>`}
    </div>
    ${open && html`<${AtPlace} passage=${open} onClose=${() => setOpen(null)} />`}
  </section>`;
}

function AtPlace({ passage, onClose }) {
  const [id, start, end] = passage.id.split('.');
  const shown = { start: Number(start), end: Number(end) };
  return html`<${Preview} document=${{ id, title: passage.title }} shown=${shown}
    start=${Math.max(0, shown.start - LEAD_CHARS)} onClose=${onClose} />`;
}
