// What is in effect, the way into the record, and whether a second person approves.

import { html } from '../vendor/preact.js';
import { moment } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { t } from './say.js';

export function Published({ published, way, mayChoose, onHistory, onChoose }) {
  return html`<div class="published">
    <strong>${t('published', { number: published.number })}</strong>
    <span class="quiet-text small">${t('publishedAt', { who: published.published_by, when: moment(published.published_at_ms) })}</span>
    <button type="button" class="button small" onClick=${onHistory}><${Icon} name="rotate-ccw" />${t('history')}</button>
    <a class="small" href="/records">${t('toRecords')}</a>
    ${mayChoose
      ? html`<label class="check small"><input type="checkbox" checked=${way.second_person} onChange=${(event) => onChoose(event.currentTarget.checked)} />${t('secondPerson')}</label>`
      : way.second_person && html`<span class="quiet-text small">${t('secondPerson')}</span>`}
  </div>`;
}
