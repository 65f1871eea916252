// The texts and colours of this desk: what is in effect, editing it, its history, and taking it away as a file.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { lang, moment } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Problem, useLoad, Wait } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { PresetForm } from './preset_form.js';
import { fieldName, t } from './preset_say.js';

export function Preset({ site, reloadSite }) {
  const { value, problem, reload } = useLoad((signal) => api.get('/api/preset', {}, signal), []);
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  const save = async (values) => {
    await api.put('/api/preset', { values, revision: value.revision });
    close();
    toast(t('inEffect'));
    reload();
    reloadSite();
  };
  const own = value?.fields.filter((field) => field.is_own) ?? [];
  return html`
    <section class="stack" aria-labelledby="preset-head">
      <div class="section-head"><h2 id="preset-head">${t('head')}</h2>
        <div class="row">
          <button type="button" class="button small" disabled=${!value} onClick=${() => setOpen('form')}><${Icon} name="pencil" />${t('edit')}</button>
          <button type="button" class="button small quiet" onClick=${() => setOpen('history')}>${t('history')}</button>
          <a class="button small quiet" href="/api/preset/export" download>${t('export')}</a>
        </div></div>
      <p class="quiet-text">${t('what')}</p>
      ${problem && !value && html`<${Problem} problem=${problem} onRetry=${reload} />`}
      ${value && html`<p>${own.length ? t('own', { n: own.length, fields: own.map((field) => fieldName(field.name)).join(t('comma')) }) : t('asShipped', { preset: site.preset })}</p>`}
      ${open === 'form' && html`<${PresetForm} fields=${value.fields} onSave=${save} onClose=${close} onReload=${reload} />`}
      ${open === 'history' && html`<${History} onClose=${close} />`}
    </section>`;
}

const shown = (value) => (Array.isArray(value) ? value.join(' / ') : value);

function History({ onClose }) {
  const { value, problem, reload } = useLoad((signal) => api.get('/api/preset/history', {}, signal), []);
  let content = html`<${Wait} />`;
  if (problem) content = html`<${Problem} problem=${problem} onRetry=${reload} />`;
  else if (value && !value.changes.length) content = html`<p class="quiet-text">${t('noHistory')}</p>`;
  else if (value) {
    content = html`<ol class="changes" lang=${lang()}>${value.changes.map((change, at) => html`
      <li key=${at}>
        <p><strong>${fieldName(change.field)}</strong> <span class="quiet-text small">${change.who} · ${moment(change.at_ms)}${!change.own ? ` · ${t('backToFile')}` : ''}</span></p>
        <p class="small"><del>${shown(change.before)}</del></p>
        <p class="small">${shown(change.after)}</p>
      </li>`)}</ol>`;
  }
  return html`<${Dialog} title=${t('history')} onClose=${onClose} kind="large">${content}<//>`;
}
