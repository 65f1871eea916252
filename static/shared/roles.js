// What a role is called: a teacher at a school is somebody else at a public office, so those two come from the preset.

import { pick, texts } from './i18n.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export const teacherWord = (site) => pick(site.teacher_word);

const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** What a group is called, over a list of them: 班级; Classes, Desks. */
export const asHeading = (word) => (/[a-z]$/.test(word) ? capital(word) + (/(s|x|ch|sh)$/.test(word) ? 'es' : 's') : word);

/** A role as a label: in English with a capital letter. */
export function roleName(role, site) {
  const word = { teacher: site.teacher_word, pupil: site.pupil_word }[role];
  return capital(word ? pick(word) : t(`role_${role}`));
}
