// The page's texts, and sizes and days as people read them.

import { locale, number, texts as dictionary } from '../shared/i18n.js';
import { texts } from './texts.js';

export const t = dictionary(texts);

const MEGABYTE = 1024 * 1024;

export const size = (bytes) =>
  bytes < MEGABYTE
    ? `${number(Math.max(1, Math.round(bytes / 1024)))} KB`
    : `${number(bytes / MEGABYTE, { maximumFractionDigits: 1 })} MB`;

export const day = (ms) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(ms);

export const percent = (share) => number(share, { style: 'percent', maximumFractionDigits: 0 });
