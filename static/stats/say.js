// The page's texts, and numbers and days as people read them. Everything is read at every call: the language may change.

import { locale, number, texts as dictionary } from '../shared/i18n.js';
import { texts } from './texts.js';

export const t = dictionary(texts);

export const weekdays = () => t('weekdays').split(' ');

const dateOf = (day) => new Date(`${day}T00:00:00Z`);
const inUtc = (options) => new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options });

export const longDay = (day) => inUtc({ year: 'numeric', month: 'short', day: 'numeric' }).format(dateOf(day));
export const shortDay = (day) => inUtc({ month: 'numeric', day: 'numeric' }).format(dateOf(day));
export const dayAndWeekday = (day) => inUtc({ month: 'short', day: 'numeric', weekday: 'short' }).format(dateOf(day));

/** A day under a bar: the weekday above it while there is room. */
export const axisDay = (day, numDays) =>
  numDays > 7 ? shortDay(day) : `${inUtc({ weekday: 'short' }).format(dateOf(day))}\n${shortDay(day)}`;

/** A count, or what stands for a hidden one. */
export const count = (value) => (value === null || value === undefined ? t('hidden') : number(value));

export const seconds = (ms) =>
  t('seconds', { n: number(ms / 1000, { maximumFractionDigits: ms < 10_000 ? 1 : 0, minimumFractionDigits: ms < 10_000 ? 1 : 0 }) });

export const percent = (share) => number(share, { style: 'percent', maximumFractionDigits: 0 });
