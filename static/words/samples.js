// The saved texts of the try-it box: kept by name, with what should become of them; every rehearsal tries them.

import { html, useState } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { IconButton, useLoad } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { ACTIONS } from './actions.js';
import { t } from './say.js';

/** `onUse(sample)` puts one into the box. */
export function Samples({ desk, text, direction, onUse }) {
  const { value, reload } = useLoad(() => desk.samples(), []);
  const [fields, setFields] = useState(null);
  const say = (problem) => toast(t('failed', { message: problem.message }), { kind: 'refuse', seconds: 10 });
  const save = async (event) => {
    event.preventDefault();
    try {
      await desk.addSample({ name: fields.name, text, direction, expected: fields.expected || null });
      setFields(null);
      toast(t('textSaved'));
      reload();
    } catch (problem) {
      say(problem);
    }
  };
  const remove = (sample) => async () => {
    try {
      await desk.deleteSample(sample.id);
    } catch (problem) {
      say(problem);
    }
    reload();
  };
  const samples = value?.samples ?? [];
  return html`
    ${text && !fields && html`<button type="button" class="button small save-text" onClick=${() => setFields({ name: '', expected: '' })}><${Icon} name="save" />${t('saveText')}</button>`}
    ${text && fields && html`<form class="stack save-text" onSubmit=${save}>
      <label class="field"><span class="field-name">${t('saveTextName')}</span>
        <input maxlength="64" value=${fields.name} onInput=${(event) => setFields({ ...fields, name: event.currentTarget.value })} /></label>
      <label class="field"><span class="field-name">${t('expected')}</span>
        <select value=${fields.expected} onChange=${(event) => setFields({ ...fields, expected: event.currentTarget.value })}>
          <option value="">${t('expected.none')}</option>
          ${ACTIONS.map((action) => html`<option key=${action} value=${action}>${t(`action.${action}`)}</option>`)}</select></label>
      <div class="row"><button class="button small primary">${t('save')}</button>
        <button type="button" class="button small" onClick=${() => setFields(null)}>${t('cancel')}</button></div>
    </form>`}
    <details class="saved-texts"><summary>${t('savedTexts')} (${samples.length})</summary>
      ${samples.length === 0 && html`<p class="quiet-text small">${t('noSavedTexts')}</p>`}
      <ul>${samples.map((sample) => html`<li key=${sample.id}>
        <button type="button" class="cell-text" title=${sample.text} onClick=${() => onUse(sample)}>${sample.name}</button>
        ${sample.expected && html`<span class="tag">${t(`action.${sample.expected}`)}</span>`}
        <${IconButton} small icon="trash" label=${t('deleteText', { name: sample.name })} onClick=${remove(sample)} /></li>`)}</ul>
    </details>`;
}
