// How a masked or replaced word looks: asterisks, its ends, its category, or a text of one's own.

import { html } from '../vendor/preact.js';
import { STYLES } from './particulars.js';
import { t } from './say.js';

/** `fields` has `style` and `replacement`; `inherit` is the list's style for a word. */
export function LookChoice({ fields, inherit, onChange }) {
  const none = inherit === undefined ? t('style.none') : t('style.inherit', { style: t(`style.${inherit ?? 'none'}`) });
  return html`
    <label class="field"><span class="field-name">${t('style')}</span>
      <select aria-label=${t('style')} value=${fields.style ?? ''} onChange=${(event) => onChange({ style: event.currentTarget.value || null })}>
        <option value="">${none}</option>
        ${STYLES.map((style) => html`<option key=${style} value=${style}>${t(`style.${style}`)}</option>`)}
      </select></label>
    <label class="field"><span class="field-name">${t('replacement')}</span>
      <input maxlength="64" placeholder="［略］" value=${fields.replacement ?? ''}
        onInput=${(event) => onChange({ replacement: event.currentTarget.value || null })} />
      <span class="hint">${t('replacement.hint')}</span></label>`;
}
