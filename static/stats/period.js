// Periods of whole weeks, as the server counts them. Pure: dates are texts such as 2026-11-16, no time zones inside.

export const PERIODS = ['this_week', 'last_week', 'this_month', 'custom'];

/** Today in the school's time zone. */
export function today(timezone, now = new Date()) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return parts.format(now);
}

const dayNumber = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / 86_400_000);
const dayText = (number) => new Date(number * 86_400_000).toISOString().slice(0, 10);

export const plusDays = (text, days) => dayText(dayNumber(text) + days);

/** 0 for Monday … 6 for Sunday. */
export const weekday = (text) => (((dayNumber(text) + 3) % 7) + 7) % 7;

export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? '') && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

export const monday = (text) => plusDays(text, -weekday(text));

/** The whole weeks that hold both days. */
export function wholeWeeks(from, to) {
  return { from: monday(from), to: plusDays(monday(to), 6) };
}

/** The weeks of the month that this week belongs to: a week belongs where its Thursday lies. */
function monthOf(day) {
  const thursday = plusDays(monday(day), 3);
  const inMonth = (text) => text.slice(0, 7) === thursday.slice(0, 7);
  let first = monday(thursday);
  while (inMonth(plusDays(first, -4))) first = plusDays(first, -7);
  let last = monday(thursday);
  while (inMonth(plusDays(last, 10))) last = plusDays(last, 7);
  return { from: first, to: plusDays(last, 6) };
}

/** The days of a period seen today; null while a custom one is not complete or the wrong way round. */
export function daysOf(period, day, custom = {}) {
  if (period === 'this_week') return wholeWeeks(day, day);
  if (period === 'last_week') return wholeWeeks(plusDays(day, -7), plusDays(day, -7));
  if (period === 'this_month') return monthOf(day);
  if (!isDay(custom.from) || !isDay(custom.to) || custom.from > custom.to) return null;
  return wholeWeeks(custom.from, custom.to);
}

/** What the address of the page asks for; anything strange becomes the default. */
export function readAddress(search) {
  const asked = new URLSearchParams(search);
  const period = PERIODS.includes(asked.get('period')) ? asked.get('period') : 'this_week';
  const day = (name) => (isDay(asked.get(name)) ? asked.get(name) : '');
  return { classId: asked.get('class') ?? '', period, custom: { from: day('from'), to: day('to') } };
}

export function writeAddress({ classId, period, custom }) {
  const params = new URLSearchParams();
  if (classId) params.set('class', classId);
  if (period !== 'this_week') params.set('period', period);
  if (period === 'custom' && custom.from) params.set('from', custom.from);
  if (period === 'custom' && custom.to) params.set('to', custom.to);
  const text = params.toString();
  return text ? `?${text}` : '';
}
