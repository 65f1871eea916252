// The taxonomy while it is edited: a list of rows as the server knows them, keywords as one text with commas. Pure.
// Every row has a `key` that lasts as long as the page; new rows have no id until the server gives them one.

let nextKey = 1;

/** Keywords as people write them: Chinese and English commas, semicolons and line breaks all part them. */
export function splitKeywords(text) {
  const seen = new Set();
  return text.split(/[,，、;；\n]+/).map((word) => word.trim()).filter((word) => word && !seen.has(word) && seen.add(word));
}

export const joinKeywords = (keywords) => keywords.join('，');

export function toDraft(topics) {
  return topics.map((topic) => ({ ...topic, key: nextKey++, text: joinKeywords(topic.keywords) }));
}

/** What is sent: parents by id. A new subject needs one first, so it gets a made-up one that stays. */
export function fromDraft(draft) {
  return draft.map(({ id, parent_id, name_zh, name_en, text }) => ({
    id, parent_id, name_zh: name_zh.trim(), name_en: name_en.trim(), keywords: splitKeywords(text),
  }));
}

export const subjects = (draft) => draft.filter((row) => row.parent_id === null);
export const points = (draft, subject) => draft.filter((row) => row.parent_id === subject.id);

export function change(draft, key, fields) {
  return draft.map((row) => (row.key === key ? { ...row, ...fields } : row));
}

/** A new row at the end of its parent's points, or of everything. Returns [draft, row]. */
export function add(draft, parentId, id) {
  const row = { id, parent_id: parentId, name_zh: '', name_en: '', keywords: [], text: '', key: nextKey++ };
  const last = parentId === null ? -1 : draft.findLastIndex((each) => each.id === parentId || each.parent_id === parentId);
  const place = last < 0 ? draft.length : last + 1;
  return [[...draft.slice(0, place), row, ...draft.slice(place)], row];
}

/** A new point of a subject (or, without one, a subject) that is known by one word. Returns [draft, row]. */
export function addKnown(draft, parentId, id, word) {
  const [next, row] = add(draft, parentId, id);
  return [change(next, row.key, { name_zh: word, name_en: word, text: word }), row];
}

/** Topics from the text of a file: {topics: [...]} or the list alone. What is wrong in a row, the server says. Throws. */
export function fromFile(text) {
  const read = JSON.parse(text);
  const topics = Array.isArray(read) ? read : read?.topics;
  if (!Array.isArray(topics) || topics.some((topic) => typeof topic?.name_zh !== 'string')) throw new TypeError('no topics');
  return toDraft(topics.map(({ id = '', parent_id = null, name_zh, name_en = '', keywords = [] }) => (
    { id, parent_id, name_zh, name_en: String(name_en), keywords: [keywords].flat().map(String) })));
}

/** Without a row and its points. */
export function remove(draft, key) {
  const gone = draft.find((row) => row.key === key);
  return draft.filter((row) => row.key !== key && (gone.parent_id !== null || row.parent_id !== gone.id));
}

export const isChanged = (draft, topics) => JSON.stringify(fromDraft(draft)) !== JSON.stringify(topics.map(({ id, parent_id, name_zh, name_en, keywords }) => (
  { id, parent_id, name_zh, name_en, keywords: splitKeywords(joinKeywords(keywords)) })));

/** The server's findings by row: {key: {field: sentence}}; rows count from 1 in the order they were sent. */
export function findingsByRow(draft, details) {
  const found = {};
  for (const { row, field, message } of details) {
    const key = draft[row - 1]?.key;
    if (key === undefined) continue;
    found[key] ??= {};
    found[key][field] = found[key][field] ? `${found[key][field]} ${message}` : message;
  }
  return found;
}

/** The subjects to show for what was typed: those that match, and those with a point that does. */
export function matching(draft, q) {
  const wanted = q.trim().toLowerCase();
  const hit = (row) => `${row.name_zh} ${row.name_en} ${row.text}`.toLowerCase().includes(wanted);
  return subjects(draft)
    .map((subject) => ({ subject, points: points(draft, subject).filter((point) => !wanted || hit(subject) || hit(point)), all: points(draft, subject) }))
    .filter(({ subject, points: found }) => !wanted || hit(subject) || found.length > 0);
}
