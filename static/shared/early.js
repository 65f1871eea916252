// Runs before the first paint (a plain script in <head>, not a module): sets light or dark, the language and the accent
// that were chosen last, so that nothing flashes. theme.js and i18n.js take over from here.
(function () {
  const root = document.documentElement;
  const kept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the defaults are good
    }
  };
  const chosen = kept('dayi.theme');
  const dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'dark' : 'light';
  root.lang = kept('dayi.lang') === 'en' ? 'en' : 'zh-CN';
  const [light, night] = (kept('dayi.accent') || '').split(' ');
  if (light && night) {
    root.style.setProperty('--accent-light', light);
    root.style.setProperty('--accent-dark', night);
  }
})();
