// How a word is looked for and hidden: lanes, look, pairs, days. Pure: the server's values in, the page's words out; `say` is the page's `t`.

export const LANES = ['repeat', 'number', 'split', 'leet', 'reversed', 'pinyin', 'initials', 'homophone'];
export const USES = ['same', 'review', 'off'];
export const STYLES = ['characters', 'ends', 'label', 'text'];
export const DETECTORS = ['mobile', 'id_card', 'bank_card', 'email', 'url', 'ipv4', 'wechat', 'qq', 'digits>=8', 'invisible'];

/** What a lane does that is switched on: those that hit much harmless text are only reviewed (as filters/types.py has it). */
export const USUAL = {
  repeat: 'same', number: 'same', split: 'same', leet: 'same',
  reversed: 'review', pinyin: 'review', initials: 'review', homophone: 'review',
};

/** The name of an entry: of a detector what it recognises, else its text. */
export function nameOf(word, list, say) {
  if (list?.kind !== 'detectors') return word.text;
  const [kind, least] = word.text.split('>=');
  return say(`detector.${kind}`, { n: least ?? 8 });
}

/** What is particular about a word, in a few words: 'split, pinyin (review) · until 2026-12-31'. */
export function particularsOf(word, say) {
  const lanes = Object.entries(word.lanes).map(([lane, use]) =>
    use === 'same' ? say(`lane.${lane}`) : say('laneUse', { lane: say(`lane.${lane}`), use: say(`use.${use}`) }));
  const spared = [word.scope.length > 0 && word.scope.join('、'), word.direction && say(`direction.${word.direction}`)];
  return [
    lanes.join('、'),
    word.style && say(`style.${word.style}`),
    ...spared,
    word.within !== null && say('withinShort', { n: word.within }),
    word.expires && say('until', { day: word.expires }),
  ].filter(Boolean).join(' · ');
}

/** Whether a word no longer counts on this day ('2026-11-25'). */
export const isOver = (word, today) => word.expires !== null && word.expires < today;
