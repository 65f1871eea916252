// The word desk's own `t`.
import { texts } from '../shared/i18n.js';
import { texts as desk } from './texts.js';
import { texts as draft } from './texts_draft.js';
import { texts as lanes } from './texts_lanes.js';
import { texts as layers } from './texts_layers.js';
import { texts as record } from './texts_record.js';

export const t = texts({
  zh: { ...draft.zh, ...desk.zh, ...lanes.zh, ...layers.zh, ...record.zh },
  en: { ...draft.en, ...desk.en, ...lanes.en, ...layers.en, ...record.en },
});
