// The bar that is only there while a draft is: how far it has moved, where it stands on its way, and what can be done.

import { html } from '../vendor/preact.js';
import { moment } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { t } from './say.js';

/** Whether a person may decide on what waits: whoever wrote a part of it, or submitted it, may not. */
export const mayDecide = (way, me) =>
  way.submission?.state === 'waiting' && me !== way.submission.submitted_by && !way.editors.includes(me);

/** `on` opens or does: {changes, rehearse, review, publish, discard, withdraw, unschedule}. */
export function DraftBar({ draft, way, me, on }) {
  const { submission } = way;
  const state = submission?.state;
  const button = (name, label, kind = '') =>
    html`<button type="button" class=${`button small ${kind}`} onClick=${on[name]}>${t(label)}</button>`;
  let said = t('draftBar', { n: draft.num_changes });
  let more = null;
  if (state === 'waiting') {
    said = t('waitingBar', { who: submission.submitted_by, n: draft.num_changes });
    more = [submission.comment && `“${submission.comment}”`, submission.publish_at && t('publishLater', { at: submission.publish_at }), t('waitingOwn')];
  } else if (state === 'scheduled') {
    said = t('scheduledBar', { at: submission.publish_at, zone: way.timezone, who: submission.submitted_by });
    more = [t('scheduledMore')];
  } else if (state === 'refused') {
    more = [t('refusedBar', { who: submission.decided_by, reason: submission.reason })];
  } else if (state === 'withdrawn' && submission.reason === 'edited') {
    more = [t('withdrawnBar', { who: submission.decided_by })];
  } else if (state === 'failed') {
    more = [t('scheduleFailed', { reason: submission.reason })];
  }
  const open = state !== 'waiting' && state !== 'scheduled';
  return html`
    <div class="draft-bar" role="region" aria-label=${t('use.draft')}>
      <${Icon} name=${state === 'scheduled' ? 'clock' : state === 'waiting' ? 'hourglass' : 'pencil'} />
      <span><span>${said}</span>${more && html`<small>${more.filter(Boolean).join(' · ')}</small>`}</span>
      <span class="draft-tools">
        ${button('changes', 'showChanges')}
        ${state !== 'waiting' && button('rehearse', 'rehearse')}
        ${open && button('discard', 'discard')}
        ${open && (way.second_person ? button('publish', 'submit', 'primary') : button('publish', 'publish', 'primary'))}
        ${state === 'waiting' && button('withdraw', 'withdraw')}
        ${state === 'waiting' && (mayDecide(way, me) ? button('review', 'review', 'primary') : button('rehearse', 'rehearse'))}
        ${state === 'scheduled' && button('unschedule', 'cancelSchedule')}
      </span>
    </div>`;
}

/** Who submitted it and when, in a few words. */
export const submittedText = (submission) =>
  t('submittedBy', { who: submission.submitted_by, when: moment(submission.submitted_at_ms) });
