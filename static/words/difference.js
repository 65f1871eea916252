// What a line of the record changed, as the page's own words. Pure: the two states in, texts out; `say` is the page's `t`.

const LISTED = 20; // words named of a change to many

/** The fields that differ where both states are there, each as {field, from, to} in people's words. */
export function differences({ what, before, after }, say) {
  if (!before || !after) return [];
  const ofList = what.endsWith('_list');
  return Object.keys(after)
    .filter((name) => name in before && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({
      field: say(FIELDS[name] ?? name),
      from: valueOf(name, before[name], ofList, say),
      to: valueOf(name, after[name], ofList, say),
    }));
}

/** The words of a change to many, as far as they are named: '甲、乙 …'. */
export function wordsOf({ before, after }) {
  const { words = [], num_more: more = 0 } = before?.words ? before : (after ?? {});
  const rest = words.length > LISTED || more > 0 ? ' …' : '';
  return words.slice(0, LISTED).join('、') + rest;
}

const FIELDS = {
  text: 'word', name: 'listName', question_action: 'direction.question', answer_action: 'direction.answer',
};

const lanesOf = (lanes, say) =>
  Object.entries(lanes).map(([lane, use]) => say('laneUse', { lane: say(`lane.${lane}`), use: say(`use.${use}`) })).join('、') || '—';

function valueOf(name, value, ofList, say) {
  if (name === 'enabled') return say(value ? 'enabled' : 'disabled');
  if (name === 'match') return say(`match.${value}`);
  if (name === 'kind') return say(`kind.${value}`);
  if (name === 'lanes') return lanesOf(value, say);
  if (name === 'layer') return ['base', 'organisation'].includes(value) ? say(`layer.${value}`) : value;
  if (name === 'style') return value ? say(`style.${value}`) : '—';
  if (Array.isArray(value)) return value.join('、') || '—';
  if (name.endsWith('_action')) return value ? say(`action.${value}`) : say(ofList ? 'action.none' : 'action.asList');
  return value === null || value === '' ? '—' : String(value);
}
