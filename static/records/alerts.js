// Everybody's alerts, and the rules that say which hits are told to whom.

import { html, useState } from '../vendor/preact.js';
import { AlertList, waitingChanged } from '../shared/alerts.js';
import { api } from '../shared/api.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { lang } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, IconButton, Problem, useLoad, Wait } from '../shared/parts.js';
import { roleName } from '../shared/roles.js';
import { toast } from '../shared/toast.js';
import { dayIn } from './hits.js';
import { t } from './say.js';

const ACTIONS = ['block', 'mask', 'replace', 'review', 'warn', 'log'];
const PAGE = 50;

export function Alerts({ options, site }) {
  const [state, setState] = useState('open');
  const [offset, setOffset] = useState(0);
  const { value, problem, reload } = useLoad((signal) => api.get('/api/records/alerts', { state, offset, limit: PAGE }, signal), [state, offset]);
  const classNames = Object.fromEntries(options.classes.map((each) => [each.id, each.name]));
  const choose = (name) => { setState(name); setOffset(0); };
  return html`<div class="two">
    <section class="stack" aria-labelledby="alerts-head">
      <div class="section-head"><h2 id="alerts-head">${t('tab.alerts')}</h2>
        <div class="row">${['open', 'done'].map((name) => html`
          <button key=${name} type="button" class="button small" aria-pressed=${String(state === name)} onClick=${() => choose(name)}>${t(name)}</button>`)}</div></div>
      ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
        : !value ? html`<${Wait} />`
        : html`<${AlertList} alerts=${value.alerts} when=${value.exact_times ? undefined : dayIn(options.timezone)} classNames=${classNames} onDone=${() => { reload(); waitingChanged(); }} />
          <div class="row">
            ${offset > 0 && html`<button type="button" class="button small" onClick=${() => setOffset(offset - PAGE)}>${t('newer')}</button>`}
            ${offset + PAGE < value.total && html`<button type="button" class="button small" onClick=${() => setOffset(offset + PAGE)}>${t('older')}</button>`}</div>`}
    </section>
    <${Rules} options=${options} site=${site} />
  </div>`;
}

function Rules({ options, site }) {
  const [open, setOpen] = useState(null); // a rule, or {} for a new one
  const { value, problem, reload } = useLoad((signal) => api.get('/api/records/rules', {}, signal), []);
  const remove = async (rule) => {
    if (!(await confirm({ title: t('deleteRule', { rule: ruleName(rule) }), body: t('deleteRuleBody'), action: t('delete'), danger: true }))) return;
    try {
      await api.del(`/api/records/rules/${rule.id}`);
    } catch (failure) {
      toast(failure.message, { kind: 'refuse', seconds: 8 });
    }
    reload();
  };
  const joined = (names) => names.join(lang() === 'zh' ? '、' : ', ');
  return html`<section class="stack" aria-labelledby="rules-head">
    <div class="section-head"><h2 id="rules-head">${t('rules')}</h2>
      <button type="button" class="button small" disabled=${!value} onClick=${() => setOpen({})}><${Icon} name="plus" />${t('newRule')}</button></div>
    <p class="hint">${t('rulesWhat')}</p>
    ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
      : !value ? html`<${Wait} />`
      : value.rules.length === 0 ? html`<${Empty} icon="bell" title=${t('noRules')}><p>${t('noRulesBody')}</p><//>`
      : html`<ul class="queue">${value.rules.map((rule) => html`
        <li key=${rule.id} class="card queue-row"><div>
            <strong>${ruleName(rule)}</strong> <span class=${`tag level-${rule.level}`}>${t(`level.${rule.level}`)}</span>
            ${!rule.enabled && html` <span class="tag">${t('off')}</span>`}
            <p class="quiet-text small">${rule.people.length ? t('tells', { names: joined(rule.people) }) : t('toldNobody')}</p></div>
          <div class="row"><${IconButton} small icon="square-pen" label=${`${t('editRule')}: ${ruleName(rule)}`} onClick=${() => setOpen(rule)} />
            <${IconButton} small icon="trash" label=${`${t('delete')}: ${ruleName(rule)}`} onClick=${() => remove(rule)} /></div></li>`)}</ul>`}
    ${open && html`<${RuleDialog} rule=${open} options=${options} staff=${value.staff} site=${site} onClose=${() => setOpen(null)}
      onDone=${() => { setOpen(null); toast(t('ruleSaved')); reload(); }} />`}
  </section>`;
}

const ruleName = (rule) => [rule.category, rule.list_name, rule.action && t(`action.${rule.action}`)].filter(Boolean).join(' · ');

function RuleDialog({ rule, options, staff, site, onDone, onClose }) {
  const [fields, setFields] = useState({
    level: rule.level ?? 'serious', category: rule.category ?? '', list_name: rule.list_name ?? '', action: rule.action ?? 'block',
    user_ids: (rule.user_ids ?? []).filter((id) => staff.some((each) => each.id === id)), enabled: rule.enabled ?? true,
  });
  const [problem, setProblem] = useState(null);
  const set = (name) => (event) => setFields((old) => ({ ...old, [name]: event.currentTarget.value }));
  const tell = (id) => setFields((old) => ({
    ...old, user_ids: old.user_ids.includes(id) ? old.user_ids.filter((each) => each !== id) : [...old.user_ids, id],
  }));
  const save = async (event) => {
    event.preventDefault();
    const body = { ...fields, category: fields.category.trim() || null, list_name: fields.list_name || null, action: fields.action || null };
    try {
      await (rule.id ? api.put(`/api/records/rules/${rule.id}`, body) : api.post('/api/records/rules', body));
      onDone();
    } catch (failure) {
      setProblem(failure);
    }
  };
  return html`<${Dialog} title=${t(rule.id ? 'editRule' : 'newRule')} onClose=${onClose}>
    <form class="stack" onSubmit=${save}>
      <label class="field"><span class="field-name">${t('level')}</span><select value=${fields.level} onChange=${set('level')}>
        ${['serious', 'notice'].map((each) => html`<option key=${each} value=${each}>${t(`level.${each}`)}</option>`)}</select></label>
      <label class="field"><span class="field-name">${t('category')}</span><input list="known-categories" maxlength="64" placeholder=${t('all')} value=${fields.category} onInput=${set('category')} /></label>
      <datalist id="known-categories">${options.categories.map((each) => html`<option key=${each} value=${each}></option>`)}</datalist>
      <label class="field"><span class="field-name">${t('list')}</span><select value=${fields.list_name} onChange=${set('list_name')}><option value="">${t('all')}</option>
        ${[...new Set([...options.lists, fields.list_name])].filter(Boolean).map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label>
      <label class="field"><span class="field-name">${t('action')}</span><select value=${fields.action} onChange=${set('action')}><option value="">${t('all')}</option>
        ${ACTIONS.map((each) => html`<option key=${each} value=${each}>${t(`action.${each}`)}</option>`)}</select></label>
      <fieldset class="people-choice"><legend class="field-name">${t('people')}</legend>
        ${staff.map((each) => html`<label key=${each.id} class="check"><input type="checkbox" checked=${fields.user_ids.includes(each.id)} onChange=${() => tell(each.id)} />
          ${each.name} <span class="quiet-text small">${roleName(each.role, site)}</span></label>`)}</fieldset>
      <label class="check"><input type="checkbox" checked=${fields.enabled} onChange=${() => setFields((old) => ({ ...old, enabled: !old.enabled }))} />${t('on')}</label>
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary" disabled=${fields.user_ids.length === 0}>${t('saveRule')}</button>
    </form>
  <//>`;
}
