// One block of Markdown → safe nodes. The one place where model text becomes HTML: markdown-it (no raw HTML, no images),
// then DOMPurify, then formulas drawn by KaTeX into the clean nodes (through the CSSOM: the policy forbids style
// attributes). KaTeX is fetched with the first formula.

import DOMPurify from '../vendor/dompurify/purify.js';
import MarkdownIt from '../vendor/markdown-it/markdown-it.js';
import { maths } from './maths.js';

const WEB = /^https?:\/\//i;
const CLEAN = {
  ALLOWED_TAGS:
    'p br hr em strong s h3 h4 h5 h6 ul ol li blockquote pre code table thead tbody tr th td a span'.split(' '),
  ALLOWED_ATTR: ['href', 'class', 'start', 'data-tex'],
  ALLOWED_URI_REGEXP: WEB,
  ADD_URI_SAFE_ATTR: ['start', 'data-tex'], // every other attribute is held against the expression above
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};
const MOST_FORMULAS_KEPT = 400;
const CLOSING_SIGN = /^[，。；：、！？）」』”’,.;:!?)]+/;
const LONGEST_KEPT_CHARS = 30; // a longer formula must be able to break

export const md = new MarkdownIt({ html: false, linkify: false, breaks: true, typographer: false });
md.use(maths);
// The word filter reads `&#22351;` as it is written: drawn as the character, a blocked word could be spelled with it.
md.disable('entity');
md.disable('image'); // an image would be fetched from elsewhere; its text and address stay readable
md.validateLink = (address) => WEB.test(address);

md.renderer.rules.heading_open = md.renderer.rules.heading_close = (tokens, index) => {
  const level = Math.min(6, Number(tokens[index].tag[1]) + 2); // the page has its own h1 and h2
  return tokens[index].nesting === 1 ? `<h${level}>` : `</h${level}>\n`;
};
for (const cell of ['th_open', 'td_open']) {
  md.renderer.rules[cell] = (tokens, index) => {
    const side = /text-align:\s*(\w+)/.exec(tokens[index].attrGet('style') ?? '')?.[1];
    return `<${tokens[index].tag}${side ? ` class="align-${side}"` : ''}>`;
  };
}

let katex = null;
let katexComes = null;
const drawn = new Map();

function formulaNodes(tex, display) {
  const key = `${display ? 'D' : 'I'}${tex}`;
  if (!drawn.has(key)) {
    if (drawn.size >= MOST_FORMULAS_KEPT) drawn.delete(drawn.keys().next().value);
    const place = document.createElement('span');
    try {
      katex.render(tex, place, {
        displayMode: display,
        throwOnError: true,
        trust: false,
        strict: 'ignore',
        maxSize: 10,
        maxExpand: 200,
        // The last two alone would write a style attribute; \char would spell letters that no filter saw.
        macros: { '\\char': '\\text{\\textbackslash char}', '\\pmb': '\\boldsymbol{#1}', '\\fcolorbox': '\\@secondoftwo{#1#2}{\\boxed{#3}}' },
      });
    } catch {
      place.append(source(tex));
    }
    drawn.set(key, place);
  }
  return drawn.get(key).cloneNode(true);
}

function source(tex) {
  const code = document.createElement('code');
  code.className = 'math-source';
  code.textContent = tex;
  return code;
}

function drawFormula(element) {
  element.replaceChildren(formulaNodes(element.dataset.tex, element.classList.contains('math-display')));
}

/** A formula is a box to the browser, which would put the full stop behind it at the beginning of the next line. */
function keepPunctuation(place) {
  const after = place.nextSibling;
  const sign = after?.nodeType === Node.TEXT_NODE ? CLOSING_SIGN.exec(after.data) : null;
  if (!sign || place.dataset.tex.length > LONGEST_KEPT_CHARS) return;
  after.deleteData(0, sign[0].length);
  const pair = document.createElement('span');
  pair.className = 'unbroken';
  place.replaceWith(pair);
  pair.append(place, sign[0]);
}

function drawFormulas(fragment, waits) {
  const places = [...fragment.querySelectorAll('.math')];
  places.filter((place) => !place.classList.contains('math-display')).forEach(keepPunctuation);
  const last = waits ? places.pop() : null;
  if (last) last.append(source(last.dataset.tex));
  if (!places.length) return;
  if (katex) {
    places.forEach(drawFormula);
    return;
  }
  places.forEach((place) => place.append(source(place.dataset.tex)));
  katexComes ??= import('../vendor/katex/katex.js').then((module) => {
    katex = module.default;
  });
  katexComes.then(() => places.forEach(drawFormula)).catch(() => {
    katexComes = null; // the TeX stays readable; the next formula tries again
  });
}

function boxed(element, className, parts = []) {
  const box = document.createElement('div');
  box.className = className;
  element.replaceWith(box);
  box.append(...parts, element);
  return box;
}

function dressCode(fragment, copyLabel) {
  for (const pre of fragment.querySelectorAll('pre')) {
    const bar = document.createElement('div');
    bar.className = 'code-bar';
    const name = document.createElement('span');
    name.textContent = /language-(\S+)/.exec(pre.firstElementChild?.className ?? '')?.[1] ?? '';
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'button quiet small', textContent: copyLabel });
    button.dataset.copies = 'code';
    bar.append(name, button);
    pre.tabIndex = 0; // wide code scrolls in its box, also by keyboard
    boxed(pre, 'code', [bar]);
  }
}

/** `waits`: what opened the last formula that has no end yet ('$$' or '\\['), or null. */
export function renderBlock(text, { waits = null, copyLabel }) {
  const whole = waits ? `${text}\n${waits === '$$' ? '$$' : '\\]'}` : text;
  const fragment = DOMPurify.sanitize(md.render(whole), CLEAN);
  for (const link of fragment.querySelectorAll('a')) {
    Object.assign(link, { target: '_blank', rel: 'noopener noreferrer nofollow' });
  }
  for (const table of fragment.querySelectorAll('table')) boxed(table, 'table-box').tabIndex = 0;
  dressCode(fragment, copyLabel);
  drawFormulas(fragment, waits !== null);
  return fragment;
}
