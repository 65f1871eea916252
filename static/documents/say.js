// The page's texts, and sizes and days as people read them.

import { locale, number, texts as dictionary } from '../shared/i18n.js';
import { texts } from './texts.js';

export const t = dictionary(texts);

export const size = (bytes) =>
  bytes < 1_000_000
    ? `${number(Math.max(1, Math.round(bytes / 1000)))} kB`
    : `${number(bytes / 1_000_000, { maximumFractionDigits: 1 })} MB`;

export const day = (ms) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(ms);

export const percent = (share) => number(share, { style: 'percent', maximumFractionDigits: 0 });
