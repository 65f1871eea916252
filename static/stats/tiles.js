// The four tiles: questions, people, answered well, and who waits for an answer of a person.

import { html } from '../vendor/preact.js';
import { number } from '../shared/i18n.js';
import { count, percent, seconds, t } from './say.js';

function Tile({ name, value, more, hidden = false }) {
  const shown = hidden ? html`<span title=${t('hidden_why')}><span aria-hidden="true">${t('none')}</span><span class="visually-hidden">${t('hidden_why')}</span></span>` : value;
  return html`<div class="card tile" role="group" aria-label=${name}>
    <span class="quiet-text small">${name}</span><strong>${shown}</strong><span class="quiet-text small">${more}</span>
  </div>`;
}

export function Tiles({ stats, waiting, teacher }) {
  const { tiles, num_weeks: weeks, first_token_ms: wait } = stats;
  const previous = tiles.previous_questions;
  const before = previous === null ? t('previous_hidden')
    : t(weeks === 1 ? 'previous_week' : 'previous_weeks', { n: number(previous), weeks });
  const missed = tiles.not_answered;
  return html`<div class="tiles" role="group" aria-label=${t('tiles')}>
    <${Tile} name=${t('tile_questions')} value=${count(tiles.questions)} hidden=${tiles.questions === null} more=${before} />
    <${Tile} name=${t(weeks === 1 ? 'tile_askers' : 'tile_askers_peak')} value=${count(tiles.askers)} hidden=${tiles.askers === null}
      more=${tiles.enrolled === null ? '' : t('of_enrolled', { n: number(tiles.enrolled) })} />
    <${Tile} name=${t('tile_answered')} value=${tiles.answered_share === null ? null : percent(tiles.answered_share)}
      hidden=${tiles.answered_share === null}
      more=${missed === null ? tiles.answered_share === null ? t('hidden_why') : '' : missed ? t('not_answered', { n: missed }) : t('all_answered')} />
    <${Tile} name=${t('tile_waiting', { teacher })} value=${waiting === null ? t('none') : number(waiting)}
      more=${wait.p50 === null ? '' : t('first_word', { time: seconds(wait.p50) })} />
  </div>`;
}
