// Layers of lists: what counts for everybody, for the organisation, for one class. Pure, but for the two controls.

import { html } from '../vendor/preact.js';
import { t } from './say.js';

const SHARED = ['base', 'organisation'];
export const layerOf = (id) => `class:${id}`;

/** The lists by layer, the most trusted first: [{layer, name, archived, lists}], without empty ones. */
export function byLayer(lists, classes) {
  const order = [
    ...SHARED.map((layer) => ({ layer, name: t(`layer.${layer}`), archived: false })),
    ...classes.map(({ id, name, archived }) => ({ layer: layerOf(id), name, archived })),
  ];
  return order.map((each) => ({ ...each, lists: lists.filter((list) => list.layer === each.layer) })).filter((each) => each.lists.length > 0);
}

/** The classes for which any list is made. */
export const withLists = (lists, classes) => classes.filter(({ id }) => lists.some((list) => list.layer === layerOf(id)));

/** In which layer a list is. A class that is archived can be left, not chosen. */
export function LayerChoice({ value, classes, onChange }) {
  const open = classes.filter(({ id, archived }) => !archived || layerOf(id) === value);
  return html`<label class="field"><span class="field-name">${t('layer')}</span>
    <select value=${value} onChange=${(event) => onChange(event.currentTarget.value)}>
      ${SHARED.map((layer) => html`<option key=${layer} value=${layer}>${t(`layer.${layer}`)}</option>`)}
      ${open.map(({ id, name, archived }) => html`<option key=${id} value=${layerOf(id)}>${archived ? t('layer.archived', { name }) : name}</option>`)}
    </select>
    <span class="hint">${t(SHARED.includes(value) ? `layer.${value}.hint` : 'layer.class.hint')}</span></label>`;
}

/** As whom the try-it box looks: everybody, or a class that has lists of its own. */
export function ClassView({ value, classes, onChange }) {
  if (classes.length === 0) return null;
  return html`<label class="class-view"><span class="visually-hidden">${t('tryAs')}</span>
    <select value=${value ?? ''} onChange=${(event) => onChange(event.currentTarget.value || null)}>
      <option value="">${t('tryAsAll')}</option>
      ${classes.map(({ id, name, archived }) => html`<option key=${id} value=${id}>${archived ? t('layer.archived', { name }) : name}</option>`)}
    </select></label>`;
}
