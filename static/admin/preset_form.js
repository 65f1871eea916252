// The form of a desk's texts and colours. Only what was changed is sent; a mistake is said under its field.

import { html, useState } from '../vendor/preact.js';
import { confirm, Dialog } from '../shared/dialog.js';
import { lang } from '../shared/i18n.js';
import { Field, Problem } from '../shared/parts.js';
import { Colour } from './preset_colour.js';
import { fieldName, GROUPS, t } from './preset_say.js';

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const about = (name) => (mistake) => mistake.field === name || mistake.field.startsWith(`${name}.`);

export function PresetForm({ fields, onSave, onClose, onReload }) {
  const [values, setValues] = useState(() => Object.fromEntries(fields.map((field) => [field.name, field.value])));
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const byName = Object.fromEntries(fields.map((field) => [field.name, field]));
  const changed = fields.filter((field) => !same(values[field.name], field.value));
  const set = (name) => (value) => {
    setValues((old) => ({ ...old, [name]: value }));
    setProblem((old) => { // what is being mended is no longer complained about
      const details = old?.details?.filter((each) => !about(name)(each));
      return details?.length ? { message: old.message, details } : null;
    });
  };
  const mistakes = (name) => problem?.details?.filter(about(name)).map((each) => (lang() === 'en' ? each.message_en : each.message)).join(' ');
  const leave = async () => {
    if (!changed.length || (await confirm({ title: t('leaveTitle'), body: t('leaveBody', { n: changed.length }), action: t('leave'), danger: true }))) onClose();
  };
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    // What is again as in the file goes back to the file, so that a new file shows through.
    const sent = Object.fromEntries(changed.map(({ name, file_value: file }) => [name, same(values[name], file) ? null : values[name]]));
    try {
      await onSave(sent);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
      if (failure.code === 'changed_meanwhile') onReload();
    }
  };
  return html`<${Dialog} title=${t('edit')} onClose=${leave} kind="large" foot=${html`
      <span class="quiet-text small" role="status">${changed.length ? t('changed', { n: changed.length }) : t('unchanged')}</span>
      <button type="button" class="button" onClick=${leave}>${t('cancel')}</button>
      <button form="preset-form" class="button primary" disabled=${busy || !changed.length}>${t('save')}</button>`}>
    <form id="preset-form" class="stack preset-form" onSubmit=${submit} novalidate>
      ${problem && html`<${Problem} problem=${problem} />`}
      ${GROUPS.map(({ key, names }) => html`
        <fieldset key=${key} class="stack"><legend>${t(`group.${key}`)}</legend>
          ${names.filter((name) => byName[name]).map((name) => html`<${One} key=${name} field=${byName[name]} value=${values[name]} set=${set(name)} error=${mistakes(name)} />`)}
        </fieldset>`)}
    </form><//>`;
}

function One({ field, value, set, error }) {
  const { name, kind } = field;
  const typed = (event) => set(event.currentTarget.value);
  const back = !same(value, field.file_value) && html`<button type="button" class="button small quiet back" title=${[field.file_value].flat().join(' / ')}
    aria-label=${`${t('backToFile')}: ${fieldName(name)}`} onClick=${() => set(field.file_value)}>${t('backToFile')}</button>`;
  const language = /\.(zh|en)$/.exec(name)?.[1];
  const isPrompt = name.endsWith('_prompt');
  const write = { lang: language === 'zh' ? 'zh-CN' : language, maxlength: field.max_chars };
  if (kind === 'lines') {
    return html`<fieldset class="stack lines"><legend>${fieldName(name)}</legend>
      ${value.map((line, at) => html`<input key=${at} ...${write} aria-label=${`${fieldName(name)} ${at + 1}`} value=${line}
        onInput=${(event) => set(value.map((each, place) => (place === at ? event.currentTarget.value : each)))} />`)}
      ${error && html`<p class="error" role="alert">${error}</p>`}${back}
    </fieldset>`;
  }
  return html`<div class="one"><${Field} name=${fieldName(name)} error=${error} hint=${kind === 'choice' ? t(`${name}.${value}.hint`) : isPrompt ? t(`${name}.hint`) : undefined}>
    ${(a) => {
      if (kind === 'colour') return html`<${Colour} attributes=${a} theme=${name.split('.')[1]} value=${value} set=${set} />`;
      if (kind === 'choice') return html`<select ...${a} value=${value} onChange=${typed}>${field.choices.map((each) => html`<option key=${each} value=${each}>${t(`${name}.${each}`)}</option>`)}</select>`;
      if (kind === 'text') return html`<textarea ...${a} ...${write} rows=${isPrompt ? 8 : 2} value=${value} onInput=${typed}></textarea>`;
      return html`<input ...${a} ...${write} value=${value} onInput=${typed} />`;
    }}
  <//>${back}</div>`;
}
