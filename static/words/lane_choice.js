// The switches of the lanes, for a list or (with `inherit`) for a word that may differ from its list.

import { html } from '../vendor/preact.js';
import { LANES, USES, USUAL } from './particulars.js';
import { t } from './say.js';

/** `value`: lane → use, what is absent is off, or with `inherit` the list's. `onChange` gets the new value. */
export function LaneChoice({ value, inherit, onChange }) {
  const set = (lane, use) => {
    const next = { ...value };
    if (use) next[lane] = use; else delete next[lane];
    onChange(next);
  };
  const none = (lane) => (inherit ? t('lanes.inherit', { use: t(`use.${inherit[lane] ?? 'off'}`) }) : t('use.off'));
  const offered = inherit ? USES : USES.filter((use) => use !== 'off');
  return html`<fieldset class="lanes"><legend class="field-name">${t('lanes')}</legend>
    <p class="hint">${t('lanes.hint')}</p>
    <div class="row">
      <button type="button" class="button small" onClick=${() => onChange({ ...USUAL })}>${t('lanes.usual')}</button>
      <button type="button" class="button small" onClick=${() => onChange({})}>${t(inherit ? 'lanes.asList' : 'lanes.none')}</button>
    </div>
    <div class="lanes-grid">${LANES.map((lane) => html`<label key=${lane}>
      <span>${t(`lane.${lane}`)}<small>${t(`lane.${lane}.example`)}</small></span>
      <select aria-label=${`${t('lanes')} ${t(`lane.${lane}`)}`} value=${value[lane] ?? ''} onChange=${(event) => set(lane, event.currentTarget.value)}>
        <option value="">${none(lane)}</option>
        ${offered.map((use) => html`<option key=${use} value=${use}>${t(`use.${use}`)}</option>`)}
      </select></label>`)}</div>
  </fieldset>`;
}
