// The switches of a class: how freely it asks, and whether hints come first.

import { html } from '../vendor/preact.js';
import { texts as dictionary } from '../shared/i18n.js';
import { Field } from '../shared/parts.js';
import { texts } from './texts_stages.js';

export const t = dictionary(texts);
export const STAGES = ['upper_secondary', 'lower_secondary', 'primary'];
export const OPEN = { stage: 'upper_secondary', hints_first: false };

/** `value` is {stage, hints_first}; `onChange` gets the next one. */
export function StageFields({ value, onChange }) {
  const change = (more) => onChange({ stage: value.stage, hints_first: value.hints_first, ...more });
  return html`
    <${Field} name=${t('stage')} hint=${`${t(`${value.stage}_means`)}${t('stage_hint')}`}>${(a) => html`<select ...${a} value=${value.stage} onChange=${(event) => change({ stage: event.target.value })}>
      ${STAGES.map((each) => html`<option key=${each} value=${each}>${t(each)}</option>`)}
    </select>`}<//>
    <label class="check switch"><input type="checkbox" checked=${value.hints_first} onChange=${(event) => change({ hints_first: event.currentTarget.checked })} />
      <span>${t('hints_first')}<br /><span class="hint">${t('hints_means')}</span></span></label>`;
}
