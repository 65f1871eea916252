// Between the fields of the dialog and what the server takes. Pure.

export const linesOf = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);

/** `请假条 https://…` a line; the address is the last word. */
export function linksOf(text) {
  return linesOf(text).map((line) => {
    const words = line.split(/\s+/);
    return { name: words.slice(0, -1).join(' '), url: words.at(-1) };
  });
}

export const linkLines = (links) => links.map(({ name, url }) => (name ? `${name} ${url}` : url)).join('\n');

/** The body of a request. */
export function writtenOf(fields, groupId) {
  return {
    wordings: linesOf(fields.wordings),
    text: fields.text,
    source: fields.source,
    author: fields.author,
    valid_from: fields.validFrom || null,
    last_day: fields.lastDay || null,
    class_id: fields.classId || null,
    enabled: fields.enabled,
    links: linksOf(fields.links),
    group_id: groupId,
  };
}
