// The second person looks: what was submitted, what it changes, what the rehearsal found; then approves or sends back.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { Field } from '../shared/parts.js';
import { Tabs } from '../shared/tabs.js';
import { DifferenceView } from './difference_view.js';
import { submittedText } from './draft_bar.js';
import { Rehearsal } from './rehearsal.js';
import { t } from './say.js';

export function ReviewDialog({ desk, submission, published, onApprove, onRefuse, onClose }) {
  const [reason, setReason] = useState('');
  const [tab, setTab] = useState('showChanges');
  const foot = html`
    <button type="button" class="button danger" disabled=${!reason.trim()} onClick=${() => onRefuse(reason)}>${t('sendBack')}</button>
    <button type="button" class="button primary" onClick=${onApprove}>${submission.publish_at ? t('approveAt', { at: submission.publish_at }) : t('approve')}</button>`;
  return html`<${Dialog} kind="large" title=${t('reviewTitle')} onClose=${onClose} foot=${foot}>
    <p>${submission.comment && html`<strong>${submission.comment}</strong> · `}<span class="quiet-text">${submittedText(submission)}</span></p>
    <${Field} name=${t('reasonBack')}>${(a) => html`<textarea ...${a} rows="2" maxlength="500" value=${reason} onInput=${(event) => setReason(event.currentTarget.value)}></textarea>`}<//>
    <${Tabs} names=${['showChanges', 'rehearse']} chosen=${tab} onChoose=${setTab} label=${t('reviewTitle')} nameOf=${t} small>
      ${tab === 'showChanges' ? html`<${DifferenceView} desk=${desk} from=${published.number} to=${null} />` : html`<${Rehearsal} desk=${desk} fixed />`}
    <//>
  <//>`;
}
