// Chinese and English. Each page has a texts.js: `export const texts = {zh: {…}, en: {…}}`, both with the same keys and
// the same {names} (a test looks). Use:
//   const t = texts(own);  t('greeting')  t('count', {n: 3})     – '{n} 个问题'; English may say {one: '…', other: '…'}
// The language is read at every call, and startPage draws the page anew when it changes. pick({zh, en}) chooses from the
// server's own texts. Dates and numbers: day(ms), moment(ms), number(n).

import { keep, kept } from './keep.js';

let current = kept('lang') === 'en' ? 'en' : 'zh';
const listeners = new Set();

export const lang = () => current;
export const locale = () => (current === 'en' ? 'en-GB' : 'zh-CN');

export function setLang(next) {
  current = next === 'en' ? 'en' : 'zh';
  keep('lang', current);
  document.documentElement.lang = current === 'en' ? 'en' : 'zh-CN';
  for (const listener of listeners) listener(current);
}

/** Call `listener(lang)` at every change. Returns how to stop. */
export function onLang(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function fill(template, params = {}, language = current) {
  let text = template;
  if (typeof template === 'object') {
    text = template[new Intl.PluralRules(language).select(Number(params.n ?? 0))] ?? template.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** The `t` of a dictionary. A key that is not there is a mistake of ours and is shown as itself. */
export function texts(dictionary) {
  return (key, params) => {
    const template = dictionary[current][key] ?? dictionary.zh[key];
    return template === undefined ? key : fill(template, params);
  };
}

export const pick = (both) => both?.[current] ?? both?.zh;

export const number = (value, options) => new Intl.NumberFormat(locale(), options).format(value);
export const day = (ms) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(ms);
export const moment = (ms) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
