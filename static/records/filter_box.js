// Filters: open where there is room, behind one line where there is little.

import { html, useState } from '../vendor/preact.js';
import { t } from './say.js';

export function FilterBox({ children }) {
  const [open] = useState(() => !matchMedia('(max-width: 599px)').matches);
  return html`<details class="filter-box" open=${open}><summary>${t('filters')}</summary>${children}</details>`;
}
