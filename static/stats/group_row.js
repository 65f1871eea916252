// One group of like questions as a row: how it is asked, by how many, how that changed, how answers were rated.

import { html } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { number, texts as dictionary } from '../shared/i18n.js';
import { IconButton } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { AnswerButton } from './answer_dialog.js';
import { texts as ofDetails } from './texts_details.js';
import { texts } from './texts_groups.js';

const t = dictionary(texts);
const say = dictionary(ofDetails);

export const nameOf = (group) => group.wording ?? (group.terms.join(' · ') || t('no_wording'));

/** In words, not by an arrow alone: colours and arrows mean nothing to some. */
export function trendOf({ questions, previous }, say = t) {
  if (previous === 0) return say('trend_new');
  const more = questions - previous;
  if (more === 0) return say('trend_same');
  return say(more > 0 ? 'trend_up' : 'trend_down', { n: number(Math.abs(more)) });
}

export function GroupRow({ group, groups, weeks, hasDetails, onOpen, onDone }) {
  const { merged, terms } = group;
  const apart = groups.filter((each) => group.apart.includes(each.id));
  const allow = (other) => async () => {
    try {
      await api.post('/api/stats/groups/allow', { class_id: group.class_id, group: group.id, other: other.id });
      toast(t('apart_undone'));
    } catch (problem) {
      toast(problem.message, { kind: 'refuse' });
    }
    onDone();
  };
  const separate = async () => {
    try {
      for (const part of merged) await api.post('/api/stats/groups/free', { class_id: group.class_id, group: part });
      toast(t('undone'));
    } catch (problem) {
      toast(problem.message, { kind: 'refuse' });
    }
    onDone();
  };
  const rated = group.good === null || group.bad === null ? t('rated_few') : `${t('good', { n: number(group.good) })} · ${t('bad', { n: number(group.bad) })}`;
  return html`<tr>
    <td class="group-name">
      <strong>${nameOf(group)}</strong>
      ${terms.length > 0 && html`<p class="hint">${t('shared', { terms: terms.join('、') })}</p>`}
      ${merged.length > 0 && html`<p class="hint">${t('merged_parts', { n: merged.length })}
        <${IconButton} icon="undo-2" small label=${t('separate', { name: nameOf(group) })} onClick=${separate} /></p>`}
      ${apart.map((other) => html`<p class="hint" key=${other.id}>${t('apart_from', { name: nameOf(other) })}
        <${IconButton} icon="undo-2" small label=${t('apart_undo', { name: nameOf(other) })} onClick=${allow(other)} /></p>`)}
    </td>
    <td class="number" data-label=${t(weeks > 1 ? 'askers_peak' : 'askers')}><strong>${number(group.askers)}</strong></td>
    <td class="number" data-label=${t('questions')}>${number(group.questions)}</td>
    <td data-label=${t('trend')}>${trendOf(group)}</td>
    <td data-label=${t('ratings')}>${rated}</td>
    <td class="no-print"><div class="row">
      ${hasDetails && html`<button type="button" class="button small" onClick=${() => onOpen({ what: 'details', group })}>${say('details')}</button>`}
      <${AnswerButton} group=${group} name=${nameOf(group)} />
      <button type="button" class="button small" onClick=${() => onOpen({ what: 'merge', group })}>${t('merge')}</button>
      <button type="button" class="button small" onClick=${() => onOpen({ what: 'split', group })}>${t('split')}</button>
    </div></td>
  </tr>`;
}
