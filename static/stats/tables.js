// The largest thing on the page: groups of like questions, and beside them, as a second tab, what was not answered well.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { lang, number, texts as dictionary } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { GroupRow } from './group_row.js';
import { MergeDialog, SplitDialog } from './group_dialogs.js';
import { texts } from './texts_groups.js';

const t = dictionary(texts);
const TABS = ['groups', 'poor'];

export function Tables({ stats, choice, days, word }) {
  const [tab, setTab] = useState('groups');
  const turn = (event) => {
    if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
    const next = TABS[(TABS.indexOf(tab) + 1) % TABS.length];
    setTab(next);
    event.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
  };
  return html`<section class="card figure tables" aria-label=${t('tabs')}>
    <div class="row no-print" role="tablist" aria-label=${t('tabs')} onKeyDown=${turn}>
      ${TABS.map((name) => html`<button key=${name} type="button" role="tab" data-tab=${name} class="button" id=${`tab-${name}`}
        aria-selected=${String(tab === name)} aria-controls="tab-panel" tabindex=${tab === name ? 0 : -1} onClick=${() => setTab(name)}>${t(name)}</button>`)}
    </div>
    <div id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${tab}`}>
      ${tab === 'groups' ? html`<${Groups} choice=${choice} days=${days} word=${word} weeks=${stats.num_weeks} />`
        : html`<${Poor} reasons=${stats.reasons} />`}
    </div>
  </section>`;
}

function Groups({ choice, days, word, weeks }) {
  const [open, setOpen] = useState(null);
  const { value, problem, reload } = useLoad(
    (signal) => api.get('/api/stats/groups', { class: choice.classId, from: days.from, to: days.to }, signal),
    [choice.classId, days.from, days.to, lang()],
  );
  if (problem) return html`<${Problem} problem=${problem} onRetry=${reload} />`;
  if (!value) return html`<${Wait} />`;
  const close = () => setOpen(null);
  const done = () => { close(); reload(); };
  if (value.groups.length === 0) {
    return html`<${Empty} icon="layers" title=${t('groups_empty')}><p>${t('groups_empty_body', { k: value.small_group })}</p><//>`;
  }
  return html`
    <p class="hint">${t('groups_intro')}</p>
    <div class="table-box group-table" tabindex="0" role="region" aria-label=${t('groups')}>
      <table>
        <thead><tr>
          <th scope="col">${t('wording')}</th>
          <th scope="col" class="number" aria-sort="descending">${t(weeks > 1 ? 'askers_peak' : 'askers')}</th>
          <th scope="col" class="number">${t('questions')}</th>
          <th scope="col">${t('trend')}</th><th scope="col">${t('ratings')}</th>
          <th scope="col" class="no-print">${t('more')}</th>
        </tr></thead>
        <tbody>${value.groups.map((group) => html`<${GroupRow} key=${group.id} group=${group} onOpen=${setOpen} onDone=${reload} />`)}</tbody>
      </table>
    </div>
    ${value.hides_groups && html`<${Note} icon="eye-off">${t('groups_hidden', { k: value.small_group })}<//>`}
    <p class="hint">${value.label}</p>
    ${open?.what === 'merge' && html`<${MergeDialog} group=${open.group} groups=${value.groups} word=${word} onClose=${close} onDone=${done} />`}
    ${open?.what === 'split' && html`<${SplitDialog} group=${open.group} onClose=${close} onDone=${done} />`}`;
}

function Poor({ reasons }) {
  const shown = reasons.filter((row) => row.questions !== 0);
  if (shown.length === 0) return html`<p class="quiet-text">${t('poor_none')}</p>`;
  if (shown.every((row) => row.questions === null)) return html`<${Note} icon="eye-off">${t('poor_hidden')}<//>`;
  return html`
    <p class="hint">${t('poor_intro')}</p>
    <div class="table-box" tabindex="0" role="region" aria-label=${t('poor')}>
      <table>
        <thead><tr><th scope="col">${t('reason')}</th><th scope="col" class="number">${t('questions')}</th></tr></thead>
        <tbody>${shown.map((row) => html`<tr key=${row.reason}>
          <td>${row.reason === 'rated_down' && html`<${Icon} name="thumbs-down" size=${16} />`} ${t(row.reason)}</td>
          <td class="number">${row.questions === null ? t('hidden') : number(row.questions)}</td>
        </tr>`)}</tbody>
      </table>
    </div>`;
}
