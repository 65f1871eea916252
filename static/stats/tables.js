// The largest thing on the page: groups of like questions, with what can be decided about them by hand.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { lang, texts as dictionary } from '../shared/i18n.js';
import { Empty, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { DetailsDialog, seesDetails } from './group_details.js';
import { GroupRow } from './group_row.js';
import { MergeDialog, ApartDialog } from './group_dialogs.js';
import { texts } from './texts_groups.js';

const t = dictionary(texts);

export function Groups({ site, choice, days, word, weeks, from }) {
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
      <table class="cards">
        <thead><tr>
          <th scope="col">${t('wording')}</th>
          <th scope="col" class="number" aria-sort="descending">${t(weeks > 1 ? 'askers_peak' : 'askers')}</th>
          <th scope="col" class="number">${t('questions')}</th>
          <th scope="col">${t('trend')}</th><th scope="col">${t('ratings')}</th>
          <th scope="col" class="no-print">${t('more')}</th>
        </tr></thead>
        <tbody>${value.groups.map((group) => html`<${GroupRow} key=${group.id} group=${group} groups=${value.groups} weeks=${weeks} hasDetails=${seesDetails(site)} onOpen=${setOpen} onDone=${reload} />`)}</tbody>
      </table>
    </div>
    ${value.hides_groups && html`<${Note} icon="eye-off">${t('groups_hidden', { k: value.small_group })}<//>`}
    <p class="hint">${value.label}</p>
    ${open?.what === 'details' && html`<${DetailsDialog} group=${open.group} site=${site} choice=${choice} days=${days} from=${from} smallGroup=${value.small_group} onClose=${close} />`}
    ${open?.what === 'merge' && html`<${MergeDialog} group=${open.group} groups=${value.groups} word=${word} onClose=${close} onDone=${done} />`}
    ${open?.what === 'split' && html`<${ApartDialog} group=${open.group} groups=${value.groups} onClose=${close} onDone=${done} />`}`;
}
