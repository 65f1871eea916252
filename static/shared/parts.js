// Small components every page uses:
//   IconButton {icon, label, onClick, small, pressed, …}    a button that is only a picture
//   Field {name, hint, error, children(attributes)}           html`<${Field} name="…">${(a) => html`<input ...${a} />`}<//>`
//   PasswordField {name, value, onInput, hint, error, autocomplete}
//   Wait {label}   Empty {icon, title, children}   Problem {problem, onRetry}   Note {kind, icon, children}
//   useLoad(load, deps) → {value, problem, loading, reload}: `load(signal)` runs at once and whenever deps change.

import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { texts } from './i18n.js';
import { Icon } from './icons.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export function IconButton({ icon, label, small = false, pressed, kind = 'quiet', size, ...rest }) {
  const classes = `button icon ${kind}${small ? ' small' : ''}`;
  const state = pressed === undefined ? {} : { 'aria-pressed': String(pressed) };
  return html`<button type="button" class=${classes} aria-label=${label} title=${label} ...${state} ...${rest}>
    <${Icon} name=${icon} size=${size ?? (small ? 16 : 18)} />
  </button>`;
}

export function Field({ name, hint, error, children }) {
  const id = useId();
  const attributes = { id, 'aria-invalid': error ? 'true' : undefined };
  if (hint || error) attributes['aria-describedby'] = `${id}-more`;
  return html`<div class="field">
    <label class="field-name" for=${id}>${name}</label>
    ${[children].flat().map((child) => (typeof child === 'function' ? child(attributes) : child))}
    <div id=${`${id}-more`}>
      ${hint && html`<p class="hint">${hint}</p>`}
      ${error && html`<p class="error" role="alert">${error}</p>`}
    </div>
  </div>`;
}

export function PasswordField({ name, value, onInput, hint, error, autocomplete = 'current-password', ...rest }) {
  const [shown, setShown] = useState(false);
  return html`<${Field} name=${name} hint=${hint} error=${error}>
    ${(attributes) => html`<div class="password">
      <input ...${attributes} ...${rest} type=${shown ? 'text' : 'password'} autocomplete=${autocomplete}
        value=${value} onInput=${(event) => onInput(event.target.value)} required />
      <${IconButton} icon=${shown ? 'eye-off' : 'eye'} label=${t(shown ? 'hide_password' : 'show_password')}
        pressed=${shown} onClick=${() => setShown(!shown)} />
    </div>`}
  <//>`;
}

export function Wait({ label }) {
  return html`<p class="wait" role="status"><${Icon} name="loader-circle" />${label ?? t('loading')}</p>`;
}

export function Empty({ icon = 'info', title, children }) {
  return html`<div class="empty"><${Icon} name=${icon} size=${28} /><h2>${title}</h2><div>${children}</div></div>`;
}

export function Note({ kind = '', icon = 'info', class: more = '', children, ...rest }) {
  return html`<div class=${`note ${kind} ${more}`} ...${rest}><${Icon} name=${icon} /><div>${children}</div></div>`;
}

export function Problem({ problem, onRetry }) {
  return html`<${Note} kind="refuse" icon="circle-alert" role="alert">
    ${problem.message}${' '}
    ${onRetry && html`<button type="button" class="button small" onClick=${onRetry}>${t('try_again')}</button>`}
  <//>`;
}

export function useLoad(load, deps) {
  const [state, setState] = useState({ value: null, problem: null, loading: true });
  const [round, setRound] = useState(0);
  const newest = useRef(load);
  newest.current = load;
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    newest.current(stop.signal).then(
      (value) => stop.signal.aborted || setState({ value, problem: null, loading: false }),
      (problem) => stop.signal.aborted || setState((before) => ({ ...before, problem, loading: false })),
    );
    return () => stop.abort();
  }, [...deps, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}
