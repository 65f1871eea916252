// Tabs by the pattern of WAI-ARIA: one of them can be reached by Tab, arrow keys, Home and End move between them and open
// what they come to; the panel below is named after its tab.
//   html`<${Tabs} names=${['a', 'b']} chosen=${tab} onChoose=${setTab} label=${t('tabs')} nameOf=${(name) => t(name)}>…the panel…<//>`

import { html, useId } from '../vendor/preact.js';

/** The tab that a key leads to; null where it leads nowhere. */
export function tabAfter(names, name, key) {
  const place = names.indexOf(name);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: names.length - 1 }[key];
  return next === undefined ? null : names[(next + names.length) % names.length];
}

export function Tabs({ names, chosen, onChoose, label, nameOf, small = false, listClass = '', panelClass, children }) {
  const id = useId();
  const turn = (event) => {
    const next = tabAfter(names, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    onChoose(next);
    event.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
  };
  return html`
    <div class=${`row no-print ${listClass}`} role="tablist" aria-label=${label} onKeyDown=${turn}>
      ${names.map((name) => html`<button key=${name} type="button" role="tab" data-tab=${name} id=${`${id}-${name}`}
        class=${`button${small ? ' small' : ''}`} aria-selected=${String(chosen === name)} aria-controls=${`${id}-panel`}
        tabindex=${chosen === name ? 0 : -1} onClick=${() => onChoose(name)}>${nameOf(name)}</button>`)}
    </div>
    <div id=${`${id}-panel`} role="tabpanel" aria-labelledby=${`${id}-${chosen}`} class=${panelClass} key=${chosen}>${children}</div>`;
}
