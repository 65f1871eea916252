// What the forms of texts, colours and examples say, and the names and order of the fields.

import { texts } from '../shared/i18n.js';
import { texts as own } from './texts_preset.js';

export const t = texts(own);

export const GROUPS = [
  { key: 'names', names: ['organisation', 'title.zh', 'title.en'] },
  { key: 'colours', names: ['accent.light', 'accent.dark'] },
  { key: 'first', names: ['greeting.zh', 'greeting.en', 'examples.zh', 'examples.en', 'label.zh', 'label.en'] },
  { key: 'unanswered', names: ['fallback.zh', 'fallback.en', 'refusal.zh', 'refusal.en', 'filtered.zh', 'filtered.en'] },
  { key: 'knowledge', names: ['knowledge.nothing_fits', 'knowledge.grounding'] },
  { key: 'model', names: ['system_prompt', 'hints_prompt'] },
];

/** A field's name for people: of a text in two languages with the language. */
export function fieldName(name) {
  const [, field, language] = /^(.*?)(?:\.(zh|en))?$/.exec(name);
  return language ? t('inLanguage', { field: t(`field.${field}`), language: t(language) }) : t(`field.${field}`);
}
