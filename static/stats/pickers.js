// Class and period, and what can be done with the page: export, print, edit the topics.

import { html } from '../vendor/preact.js';
import { Field } from '../shared/parts.js';
import { withQuery } from '../shared/api.js';
import { lang } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { PERIODS } from './period.js';
import { longDay, t } from './say.js';

export function Pickers({ classes, classWord, choice, days, onChoice, onTopics }) {
  const { classId, period, custom } = choice;
  const put = (change) => onChoice({ ...choice, ...change });
  const putDay = (name) => (event) => put({ custom: { ...custom, [name]: event.target.value } });
  const query = days && { class: classId, from: days.from, to: days.to, lang: lang() };
  return html`<form class="pickers no-print" aria-label=${t('choose')} onSubmit=${(event) => event.preventDefault()}>
    <${Field} name=${classWord}>${(a) => html`<select ...${a} value=${classId} onChange=${(event) => put({ classId: event.target.value })}>
      <option value="all">${t('class_all')}</option>
      ${classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}
    </select>`}<//>
    <${Field} name=${t('period')}>${(a) => html`<select ...${a} value=${period} onChange=${(event) => put({ period: event.target.value })}>
      ${PERIODS.map((name) => html`<option key=${name} value=${name}>${t(name)}</option>`)}
    </select>`}<//>
    ${period === 'custom' && ['from', 'to'].map((name) => html`<${Field} key=${name} name=${t(name)}>
      ${(a) => html`<input ...${a} type="date" value=${custom[name]} onChange=${putDay(name)} />`}
    <//>`)}
    <div class="actions">
      <a class="button" download aria-disabled=${query ? undefined : 'true'} href=${query ? withQuery('/api/stats/export', query) : undefined}>
        <${Icon} name="download" />${t('export')}</a>
      <a class="button" download aria-disabled=${query ? undefined : 'true'}
        href=${query ? withQuery('/api/stats/export', { ...query, format: 'xlsx' }) : undefined}><${Icon} name="table" />${t('export_xlsx')}</a>
      <button type="button" class="button" onClick=${() => print()}><${Icon} name="printer" />${t('print')}</button>
      <button type="button" class="button" onClick=${onTopics}><${Icon} name="tags" />${t('edit_topics')}</button>
    </div>
    <p class="hint weeks">${days ? t('whole_weeks', { from: longDay(days.from), to: longDay(days.to) }) : t('bad_dates')}</p>
  </form>`;
}
