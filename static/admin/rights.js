// The five rights to see, switched for one user. What each opens stands beside it.

import { html, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { Dialog } from '../shared/dialog.js';
import { Problem } from '../shared/parts.js';
import { t } from './say.js';

export function Rights({ user, run, onClose }) {
  const [rights, setRights] = useState(user.rights);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await run(() => api.patch(`/api/users/${user.id}`, { rights }), t('saved'), { rethrow: true });
      onClose();
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t('rightsOf', user)} onClose=${onClose}>
    <form class="stack" onSubmit=${submit}>
      <fieldset class="switches"><legend class="visually-hidden">${t('rights')}</legend>
        ${Object.keys(user.rights).map((right) => html`<label key=${right}>
          <input type="checkbox" checked=${rights[right]} aria-describedby=${`about-${right}`}
            onChange=${(event) => setRights((old) => ({ ...old, [right]: event.currentTarget.checked }))} />
          <span><strong>${t(right)}</strong><br /><span id=${`about-${right}`} class="quiet-text small">${t(`${right}_about`)}</span></span>
        </label>`)}
      </fieldset>
      <p class="quiet-text small">${t('rightsAudited')}</p>
      ${problem && html`<${Problem} problem=${problem} />`}
      <button class="button primary" disabled=${busy}>${t('save')}</button>
    </form><//>`;
}
