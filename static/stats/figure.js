// A figure: a heading, a chart, and the same numbers as a table behind a toggle.

import { html, useId, useState } from '../vendor/preact.js';
import { Icon } from '../shared/icons.js';
import { Chart } from './chart.js';
import { t } from './say.js';

/** `table` is {head: [text], rows: [[cell]], numbers: [which columns are numbers]}; `note` stands under the chart. */
export function Figure({ name, option, label, height, redrawOn, table, note, wide = false }) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return html`<section class=${`card figure${wide ? ' wide-figure' : ''}`} aria-labelledby=${id}>
    <div class="figure-head">
      <h2 id=${id}>${name}</h2>
      <button type="button" class="button quiet small no-print" aria-pressed=${String(asTable)} onClick=${() => setAsTable(!asTable)}
        aria-label=${`${name}: ${t(asTable ? 'show_chart' : 'show_table')}`}>
        <${Icon} name=${asTable ? 'chart-column' : 'table'} size=${16} />${t(asTable ? 'show_chart' : 'show_table')}
      </button>
    </div>
    ${asTable ? html`<${Table} name=${name} ...${table} />`
      : html`<${Chart} option=${option} label=${label} height=${height} redrawOn=${redrawOn} />`}
    ${note && html`<p class="hint">${note}</p>`}
  </section>`;
}

function Table({ name, head, rows, numbers }) {
  const kind = (column) => (numbers.includes(column) ? 'number' : undefined);
  return html`<div class="table-box figure-table" tabindex="0" role="region" aria-label=${t('table_of', { name })}>
    <table>
      <thead><tr>${head.map((text, column) => html`<th key=${column} scope="col" class=${kind(column)}>${text}</th>`)}</tr></thead>
      <tbody>${rows.map((row, place) => html`<tr key=${place}>
        ${row.map((cell, column) => html`<td key=${column} class=${kind(column)}>${cell}</td>`)}
      </tr>`)}</tbody>
    </table>
  </div>`;
}
