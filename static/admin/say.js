// The administrator page's own `t`.
import { texts } from '../shared/i18n.js';
import { texts as own } from './texts.js';
import { texts as privacy } from './texts_privacy.js';

export const t = texts({ zh: { ...own.zh, ...privacy.zh }, en: { ...own.en, ...privacy.en } });
