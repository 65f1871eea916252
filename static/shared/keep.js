// Small things the browser remembers (theme, language, conversation). Storage may be forbidden or full; then they last
// as long as the page. Use: kept('theme'), keep('theme', 'dark'); for one tab only: kept('draft', sessionStore).

const inMemory = new Map();
const store = (name) => {
  try {
    return globalThis[name] ?? null;
  } catch {
    return null;
  }
};
const localStore = () => store('localStorage');
export const sessionStore = () => store('sessionStorage');

export function kept(key, where = localStore) {
  try {
    return where()?.getItem(`dayi.${key}`) ?? inMemory.get(key) ?? null;
  } catch {
    return inMemory.get(key) ?? null;
  }
}

/** Remember a text; null forgets it. */
export function keep(key, text, where = localStore) {
  if (text === null) inMemory.delete(key);
  else inMemory.set(key, text);
  try {
    if (text === null) where()?.removeItem(`dayi.${key}`);
    else where()?.setItem(`dayi.${key}`, text);
  } catch {
    // It lasts as long as the page.
  }
}

/** Forget everything that is remembered there, but what is named. */
export function forgetAll(where = localStore, but = []) {
  for (const key of [...inMemory.keys()]) if (!but.includes(key)) inMemory.delete(key);
  try {
    const ours = Object.keys(where()).filter((key) => key.startsWith('dayi.') && !but.includes(key.slice(5)));
    for (const key of ours) where().removeItem(key);
  } catch {
    // Nothing is remembered where storage is forbidden.
  }
}
