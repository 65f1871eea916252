// The page's texts, and days, minutes and shares as people read them.

import { locale, number, texts as dictionary } from '../shared/i18n.js';
import { texts } from './texts.js';

export const t = dictionary(texts);

const DAY_MS = 86_400_000;
export const SOON_DAYS = 14;

/** A day of the server, `2026-12-31`, in words. */
export const longDay = (day) =>
  new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(`${day}T00:00:00Z`));

export const minutes = (ms) => {
  const value = ms / 60_000;
  return t('minutes', { n: number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }) });
};

export const percent = (share) => number(share, { style: 'percent', maximumFractionDigits: 0 });

/** What is to be said of an answer's days: null, or {kind: 'off' | 'over' | 'soon' | 'later', day}. */
export function stateOf({ enabled, valid_from: first, last_day: last }, today) {
  if (!enabled) return { kind: 'off', day: null };
  if (last && last < today) return { kind: 'over', day: last };
  if (first && first > today) return { kind: 'later', day: first };
  if (last && Date.parse(last) - Date.parse(today) <= SOON_DAYS * DAY_MS) return { kind: 'soon', day: last };
  return null;
}
