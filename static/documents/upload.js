// Files come by the button or are dropped; one after the other is sent, and each says what became of it.

import { html, useRef, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { Field, Note } from '../shared/parts.js';
import { size, t } from './say.js';

export function Upload({ classes, forAll, maxBytes, onDone }) {
  const input = useRef(null);
  const [classId, setClassId] = useState(forAll ? '' : classes[0]?.id ?? '');
  const [isOver, setIsOver] = useState(false);
  const [under, setUnder] = useState(null);
  const [said, setSaid] = useState([]); // {name, text, isBad}
  const send = async (files) => {
    setSaid([]);
    for (const file of files) {
      setUnder(file.name);
      const form = new FormData();
      form.append('file', file);
      form.append('class_id', classId);
      let row;
      try {
        const { title } = await api.upload('/api/documents', form);
        row = { text: t('uploaded', { title }), isBad: false };
      } catch (problem) {
        row = { text: t('upload_failed', { name: file.name, message: problem.message }), isBad: true };
      }
      setSaid((before) => [...before, row]);
      onDone();
    }
    setUnder(null);
  };
  const chosen = async (event) => {
    const files = [...event.currentTarget.files];
    event.currentTarget.value = '';
    await send(files);
  };
  const dropped = async (event) => {
    event.preventDefault();
    setIsOver(false);
    if (!under) await send([...event.dataTransfer.files]);
  };
  const over = (event) => {
    event.preventDefault();
    setIsOver(true);
  };
  if (!forAll && classes.length === 0) return html`<${Note} icon="circle-alert">${t('no_class')}<//>`;
  return html`<section class=${`card drop ${isOver ? 'over' : ''}`} aria-label=${t('upload')}
      onDragOver=${over} onDragLeave=${() => setIsOver(false)} onDrop=${dropped}>
    <div class="drop-row">
      <p>${isOver ? t('drop_now') : t('drop_here')}</p>
      <button type="button" class="button primary" disabled=${under !== null} onClick=${() => input.current.click()}>
        <${Icon} name="file-up" />${t('upload')}</button>
      <input ref=${input} type="file" multiple class="visually-hidden" tabindex="-1" aria-label=${t('upload')} onChange=${chosen}
        accept=".pdf,.docx,.md,.markdown,.txt,.html,.htm" />
      ${classes.length > 0 && html`<${Field} name=${t('for_whom')}>${(a) => html`<select ...${a} value=${classId}
        onChange=${(event) => setClassId(event.currentTarget.value)}>
        ${forAll && html`<option value="">${t('everyone')}</option>`}
        ${classes.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}
      </select>`}<//>`}
    </div>
    <p class="hint">${t('drop_kinds', { size: size(maxBytes) })}</p>
    <div role="status" class="stack">
      ${under && html`<p class="row"><span class="turning"><${Icon} name="loader-circle" size=${16} /></span>${t('uploading', { name: under })}</p>`}
      ${said.map((row, index) => html`<${Note} key=${index} kind=${row.isBad ? 'refuse' : ''}
        icon=${row.isBad ? 'circle-alert' : 'circle-check'}>${row.text}<//>`)}
    </div>
  </section>`;
}
