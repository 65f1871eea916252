// An accent: picked or written, shown as it will be seen, with its contrast while one chooses.

import { html, useEffect, useRef } from '../vendor/preact.js';
import { ENOUGH, isColour, worst } from '../shared/contrast.js';
import { Icon } from '../shared/icons.js';
import { t } from './preset_say.js';

export function Colour({ attributes, theme, value, set }) {
  const sample = useRef(null);
  const good = isColour(value);
  useEffect(() => {
    if (good) sample.current.style.setProperty('--sample', value);
  }, [value]);
  const found = good ? worst(theme, value) : null;
  const enough = found && found.ratio >= ENOUGH;
  const said = found ? t(enough ? 'contrastGood' : 'contrastBad', { ratio: found.ratio.toFixed(1) }) : t('noColour');
  return html`<div class="colour">
    <input type="color" aria-label=${t('pick')} value=${good ? value.toLowerCase() : '#000000'} onInput=${(event) => set(event.currentTarget.value)} />
    <input ...${attributes} class="code" spellcheck=${false} autocomplete="off" maxlength="7" value=${value} onInput=${(event) => set(event.currentTarget.value.trim())} />
    <span ref=${sample} class=${`sample ${theme}`} aria-hidden="true"><b>${t('sample')}</b><i>${t('sample')}</i></span>
    <p class=${`small ${enough ? 'quiet-text' : 'error'}`} role="status"><${Icon} name=${enough ? 'circle-check' : 'triangle-alert'} size=${16} />${said}</p>
  </div>`;
}
