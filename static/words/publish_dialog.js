// Publishes the draft, at once or at a time; or, where a second person approves, submits it.

import { html, useState } from '../vendor/preact.js';
import { Dialog } from '../shared/dialog.js';
import { Field, Note } from '../shared/parts.js';
import { t } from './say.js';

/** `onDone(comment, publishAt)`; `publishAt` is a local hour such as '2026-12-01T08:00', or null. */
export function PublishDialog({ draft, way, onDone, onRehearse, onClose }) {
  const [comment, setComment] = useState('');
  const [later, setLater] = useState(false);
  const [at, setAt] = useState('');
  const submits = way.second_person;
  const ready = (!submits || way.rehearsed) && (!later || at);
  const done = (event) => {
    event.preventDefault();
    if (ready) onDone(comment, later ? at : null);
  };
  return html`
    <${Dialog} title=${t(submits ? 'submitTitle' : 'publishTitle')} onClose=${onClose}>
      <form class="stack" onSubmit=${done}>
        <p><strong>${t('draftBar', { n: draft.num_changes })}</strong></p>
        <p>${t(submits ? 'submitText' : 'publishText')}</p>
        ${way.rehearsed
          ? html`<${Note} icon="circle-check">${t('isRehearsed')}<//>`
          : html`<${Note} kind="warn" icon="triangle-alert">${t('notRehearsed')}${' '}
              <button type="button" class="button small" onClick=${onRehearse}>${t('rehearse')}</button><//>`}
        <${Field} name=${t('comment')}>${(a) => html`<input ...${a} maxlength="200" value=${comment} onInput=${(event) => setComment(event.currentTarget.value)} />`}<//>
        <fieldset class="choice-row"><legend class="field-name">${t('when')}</legend>
          <label class="check"><input type="radio" name="when" checked=${!later} onChange=${() => setLater(false)} />${t(submits ? 'when.approved' : 'when.now')}</label>
          <label class="check"><input type="radio" name="when" checked=${later} onChange=${() => setLater(true)} />${t('when.later')}</label>
        </fieldset>
        ${later && html`<${Field} name=${t('publishAt', { zone: way.timezone })}>${(a) => html`<input ...${a} type="datetime-local" required
          value=${at} onInput=${(event) => setAt(event.currentTarget.value)} />`}<//>`}
        <button class="button primary" disabled=${!ready}>${t(submits ? 'submit' : 'publish')}</button>
      </form>
    <//>`;
}
