// The small files beside an answer.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Icon } from '../shared/icons.js';
import { Field, IconButton, Problem } from '../shared/parts.js';
import { toast } from '../shared/toast.js';
import { t } from './say.js';

export function Files({ answer, mayEdit, onReload }) {
  const [files, setFiles] = useState(answer.files);
  const [problem, setProblem] = useState(null);
  const run = async (work, said) => {
    setProblem(null);
    try {
      await work();
      toast(t(said));
      onReload();
    } catch (failure) {
      setProblem(failure);
    }
  };
  const add = (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const form = new FormData();
    form.set('file', file);
    event.target.value = '';
    run(async () => {
      const { file: added } = await api.upload(`/api/answers/${answer.id}/files`, form);
      setFiles((before) => [...before, added]);
    }, 'file_added');
  };
  const remove = (file) => run(async () => {
    await api.del(`/api/answers/files/${file.id}`);
    setFiles((before) => before.filter((each) => each.id !== file.id));
  }, 'file_removed');
  return html`<div class="stack">
    ${files.length > 0 && html`<ul class="answers-files">${files.map((file) => html`<li key=${file.id}>
      <a href=${`/api/attachments/${file.id}`} download><${Icon} name="file-down" size=${16} />${file.name}</a>
      ${mayEdit && html`<${IconButton} small icon="trash" label=${t('remove_file', { name: file.name })} onClick=${() => remove(file)} />`}
    </li>`)}</ul>`}
    ${mayEdit && html`<${Field} name=${t('add_file')} hint=${t('file_hint')}>${(a) => html`<input ...${a} type="file" onChange=${add} />`}<//>`}
    ${problem && html`<${Problem} problem=${problem} />`}
  </div>`;
}
