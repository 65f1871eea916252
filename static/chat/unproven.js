// Underlines facts in a drawn answer. A fact that is broken over several nodes is left as it is: the note names it.

const DIGIT = /[0-9０-９]/;

/** Where `fact` stands in `text`, but not inside of a longer number. Pure. */
export function placesOf(fact, text) {
  const places = [];
  for (let at = text.indexOf(fact); at >= 0; at = text.indexOf(fact, at + fact.length)) {
    const goesOn = (one, other) => DIGIT.test(one ?? '') && DIGIT.test(other ?? '');
    const end = at + fact.length;
    if (!goesOn(text[at - 1], fact[0]) && !goesOn(fact.at(-1), text[end])) places.push(at);
  }
  return places;
}

export function underline(place, facts, title) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest('pre, code, .katex, .unproven') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (let node of nodes) {
    const found = facts.flatMap((fact) => placesOf(fact, node.data).map((at) => ({ at, length: fact.length })));
    found.sort((one, other) => one.at - other.at || other.length - one.length);
    let passed = 0; // characters of the node that went into nodes before it
    for (const { at, length } of found) {
      if (at < passed) continue;
      const fact = node.splitText(at - passed);
      node = fact.splitText(length);
      passed = at + length;
      const mark = document.createElement('mark');
      mark.className = 'unproven';
      mark.title = title;
      fact.replaceWith(mark);
      mark.append(fact);
    }
  }
}
