// A session that a teacher leads: opened and ended here, for classes in which not everything may be asked otherwise.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { locale, number, texts as dictionary } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Problem, useLoad } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { texts } from './texts_tabs.js';

const t = dictionary(texts);
const MINUTES = 45; // a lesson

export function Led({ classId, word }) {
  const [failure, setFailure] = useState(null);
  const { value, reload } = useLoad((signal) => api.get('/api/stats/stages', {}, signal), [classId]);
  const view = value?.stages[classId];
  if (!view || view.stage === 'upper_secondary') return null;
  const isLed = view.led_until_ms > Date.now();
  const lead = (minutes) => async () => {
    setFailure(null);
    try {
      await api.post('/api/stats/led', { class_id: classId, minutes });
      toast(t(minutes ? 'led_done' : 'led_ended'));
    } catch (problem) {
      setFailure(problem);
    }
    reload();
  };
  const time = new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(view.led_until_ms);
  return html`<div class="row led no-print">
    <${Icon} name="school" size=${18} />
    ${isLed ? html`<span>${t('led_now', { by: view.led_by, time })}</span>
      <button type="button" class="button small" onClick=${lead(0)}>${t('led_end')}</button>`
      : html`<span class="quiet-text">${t(view.stage === 'primary' ? 'led_hint_primary' : 'led_hint_limited', { word })}</span>
      <button type="button" class="button small" onClick=${lead(MINUTES)}>${t('led_start', { n: number(MINUTES) })}</button>`}
    ${failure && html`<${Problem} problem=${failure} />`}
  </div>`;
}
