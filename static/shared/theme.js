// Light, dark and the accent. theme() says which is on; setTheme('dark') chooses and remembers; onTheme(listener) tells
// (charts redraw). Until somebody chooses, the page follows the system. applyAccent(site.accent) colours the page.

import { keep, kept } from './keep.js';

const root = document.documentElement;
const listeners = new Set();

export const theme = () => root.dataset.theme;

function show(name) {
  root.dataset.theme = name;
  for (const listener of listeners) listener(name);
}

export function setTheme(name) {
  keep('theme', name);
  show(name);
}

export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function applyAccent({ light, dark }) {
  root.style.setProperty('--accent-light', light);
  root.style.setProperty('--accent-dark', dark);
  keep('accent', `${light} ${dark}`);
}

/** The value of a token now, for what cannot read CSS (charts): token('--accent'). */
export const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
  if (!kept('theme')) show(event.matches ? 'dark' : 'light');
});
