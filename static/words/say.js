// The word desk's own `t`.
import { texts } from '../shared/i18n.js';
import { texts as own } from './texts.js';

export const t = texts(own);
