// What a screen reader hears of the conversation: that something changed, politely, not every word.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { texts } from '../shared/i18n.js';
import { texts as own } from './texts.js';

const t = texts(own);

/** The sentence for what is now the newest state, or null when there is nothing to say. */
export function sentence(turn, line, before) {
  if (before.line !== line.state) {
    if (line.state === 'waiting' && before.line === 'open') return t('reconnecting');
    if (line.state === 'open' && before.wasLost) return t('say_back');
  }
  if (!turn || (turn.id === before.turn && turn.phase === before.phase && turn.position === before.position)) return null;
  if (turn.phase === 'queued' && turn.position > 0) {
    return t('queued', { n: turn.position, seconds: Math.max(1, Math.round(turn.etaSeconds)) });
  }
  if (turn.phase === 'answering') return t('say_answering');
  if (turn.phase !== 'done' || before.turn !== turn.id) return null;
  return turn.finish === 'stop' && !turn.message ? t('say_done') : (turn.message ?? t(`done_${turn.finish}`));
}

export function Announcer({ turn, line }) {
  const before = useRef({ line: 'closed', wasLost: false });
  const [said, setSaid] = useState('');
  useEffect(() => {
    const next = sentence(turn, line, before.current);
    const wasLost = line.state === 'waiting' || (line.state !== 'open' && before.current.wasLost);
    before.current = { line: line.state, wasLost, turn: turn?.id, phase: turn?.phase, position: turn?.position };
    if (next) setSaid(next);
  }, [turn?.id, turn?.phase, turn?.position, line.state]);
  return html`<div class="visually-hidden" role="status" aria-live="polite">${said}</div>`;
}
