// What opens over the conversation: the code of one's class, and the line above the input.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { pick, texts } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Field, Note } from '../shared/parts.js';
import { teacherWord } from '../shared/roles.js';
import { toast } from '../shared/toast.js';
import { texts as own } from './texts.js';

const t = texts(own);

/** The code in the address of a class's QR code, or ''. Nobody is put into a class by a link alone: they still press "join". */
export const codeInAddress = () => /^#join=([\w-]{1,64})$/.exec(location.hash)?.[1] ?? '';

/** The way into a class. Where a class is needed to chat at all there is nothing behind it, so it stays. */
export function JoinClass({ site, code: given = '', needed, onClose, onJoined }) {
  const [code, setCode] = useState(given);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const classWord = pick(site.class_word);
  const join = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { class: joined } = await api.post('/api/join', { code: code.trim() });
      toast(t('joined', { name: joined.name }));
      onJoined(joined);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  const form = html`<form class="stack" onSubmit=${join}>
    <p>${t('join_body', { teacher: teacherWord(site) })}</p>
    <${Field} name=${t('join_code')} error=${problem?.message}>
      ${(attributes) => html`<input ...${attributes} class="code-field" value=${code} autocomplete="off" autocapitalize="characters"
        spellcheck=${false} maxlength="64" required autofocus onInput=${(event) => setCode(event.target.value)} />`}
    <//>
    <button class="button primary" disabled=${busy || !code.trim()}>${t('join_action')}</button>
  </form>`;
  if (needed) return html`<section class="narrow stack"><h1>${t('join_title', { class_word: classWord })}</h1>${form}</section>`;
  return html`<${Dialog} title=${t('join_title', { class_word: classWord })} onClose=${onClose}>${form}<//>`;
}

/** One quiet line above the input, only while there is something to say. */
export function LineNote({ line, site }) {
  if (line.problem && line.state !== 'open') return html`<${Note} kind="warn" icon="wifi-off" class="line">${line.problem.message}<//>`;
  const broken = line.state === 'waiting' || (line.state === 'connecting' && line.attempts > 0);
  if (broken) {
    return html`<p class="line"><${Icon} name="wifi-off" size=${16} />${t(navigator.onLine === false ? 'offline_now' : 'reconnecting')}</p>`;
  }
  if (!site.ready) return html`<p class="line"><${Icon} name="hourglass" size=${16} />${t('not_ready')}</p>`;
  return null;
}
