// The records' own `t`.
import { texts } from '../shared/i18n.js';
import { texts as alerts } from '../shared/texts_alerts.js';
import { texts as lanes } from '../words/texts_lanes.js'; // disguises are called here as they are there
import { texts as page } from './texts.js';
import { texts as acts } from './texts_acts.js';

export const t = texts({
  zh: { ...lanes.zh, ...alerts.zh, ...page.zh, ...acts.zh },
  en: { ...lanes.en, ...alerts.en, ...page.en, ...acts.en },
});

/** A word of the server's that may have a name of ours: `act.publish`; else it stands for itself. */
export const named = (kind, name) => {
  const said = t(`${kind}.${name}`);
  return said === `${kind}.${name}` ? name : said;
};

/** What was hit, as the word desk calls it: a detector is told by its name, not by its key. */
export const hitWord = (hit) => (hit.lane === 'detector' ? t(`detector.${hit.word}`, { n: '…' }) : hit.word);
