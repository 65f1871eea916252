// What a role is called: a teacher at a school is somebody else at a public office, so those two come from the preset.

import { pick, texts } from './i18n.js';
import { texts as shared } from './texts.js';

const t = texts(shared);

export const teacherWord = (site) => pick(site.teacher_word);

/** A role as a label: in English with a capital letter. */
export function roleName(role, site) {
  const word = { teacher: site.teacher_word, pupil: site.pupil_word }[role];
  const name = word ? pick(word) : t(`role_${role}`);
  return name[0].toUpperCase() + name.slice(1);
}
