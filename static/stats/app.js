// The page: fetches the classes, then the numbers of what was chosen, and lays them out. What was chosen stands in the
// address, so that it survives a reload and can be kept as a bookmark.

import { html, useEffect, useState } from '../vendor/preact.js';
import { api } from '../shared/api.js';
import { lang, pick } from '../shared/i18n.js';
import { Empty, Note, Problem, useLoad, Wait } from '../shared/parts.js';
import { LOOK_AGAIN_MS, useLookAgain } from '../shared/look_again.js';
import { teacherWord } from '../shared/roles.js';
import { TopicsEditor } from './editor.js';
import { Days, Hours, Outcomes, Topics } from './figures.js';
import { daysOf, readAddress, today, writeAddress } from './period.js';
import { Pickers } from './pickers.js';
import { longDay, t } from './say.js';
import { Led } from './led.js';
import { Below } from './tabs.js';
import { Tiles } from './tiles.js';

export function App({ site }) {
  const [editing, setEditing] = useState(location.hash === '#topics');
  const { value, problem, reload } = useLoad((signal) => api.get('/api/stats/classes', {}, signal), []);
  useEffect(() => {
    const follow = () => setEditing(location.hash === '#topics');
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  if (editing) return html`<${TopicsEditor} onBack=${() => { location.hash = ''; }} />`;
  if (problem) return html`<div class="page"><${Problem} problem=${problem} onRetry=${reload} /></div>`;
  if (!value) return html`<${Wait} />`;
  return html`<${Statistics} site=${site} classes=${value.classes} timezone=${value.timezone} hasAnswers=${value.has_answers} />`;
}

// What is sent by people without a class stands under "all": it is nobody's class.
function firstChoice(classes, site) {
  const one = classes.length === 1 && !site.asks_without_class;
  const asked = readAddress(location.search);
  const known = asked.classId === 'all' || classes.some((each) => each.id === asked.classId);
  return { ...asked, classId: known ? asked.classId : one ? classes[0].id : 'all' };
}

function Statistics({ site, classes, timezone, hasAnswers }) {
  const [choice, setChoice] = useState(() => firstChoice(classes, site));
  const days = daysOf(choice.period, today(timezone), choice.custom);
  const word = pick(site.class_word);
  const { value: stats, problem, loading, reload } = useLoad(
    (signal) => (days ? api.get('/api/stats', { class: choice.classId, from: days.from, to: days.to }, signal) : Promise.resolve(null)),
    [choice.classId, days?.from, days?.to, lang()],
  );
  const choose = (next) => {
    setChoice(next);
    history.replaceState(null, '', location.pathname + writeAddress(next));
  };
  if (classes.length === 0 && site.login.role !== 'admin' && !site.asks_without_class) {
    return html`<div class="page"><${Empty} icon="users" title=${t('no_classes', { word })}><p>${t('no_classes_body', { word })}</p><//></div>`;
  }
  return html`<div class="wide statistics">
    <h1 class="visually-hidden">${t('title')}</h1>
    <${Pickers} classes=${classes} classWord=${word[0].toUpperCase() + word.slice(1)} choice=${choice} days=${days} onChoice=${choose}
      onTopics=${() => { location.hash = 'topics'; }} />
    ${choice.classId !== 'all' && html`<${Led} key=${choice.classId} classId=${choice.classId} word=${word} />`}
    <div class="results" aria-busy=${String(loading)}>
      ${problem ? html`<${Problem} problem=${problem} onRetry=${reload} />`
        : stats ? html`<${Results} stats=${stats} site=${site} word=${word} hasClasses=${classes.length > 0} choice=${choice} days=${days} hasAnswers=${hasAnswers} />`
        : days && html`<${Wait} />`}
    </div>
  </div>`;
}

function Results({ stats, site, word, hasClasses, choice, days, hasAnswers }) {
  const { questions } = stats.tiles;
  const waiting = useLoad((signal) => api.get('/api/stats/threads', { class: choice.classId, state: 'waiting' }, signal), [choice.classId]);
  useLookAgain(waiting.reload, LOOK_AGAIN_MS);
  return html`
    <p class="sentence" role="status">${stats.sentence}</p>
    ${questions === 0 && html`<${Nothing} site=${site} word=${word} hasClasses=${hasClasses} running=${stats.running} />`}
    ${questions === null && html`<${Empty} icon="eye-off" title=${t('too_few')}><p>${t('too_few_body', { k: stats.small_group })}</p><//>`}
    ${questions > 0 && html`
      <${Tiles} stats=${stats} waiting=${waiting.value?.waiting ?? null} teacher=${teacherWord(site)} />
      <div class="figures">
        <${Days} stats=${stats} /><${Hours} stats=${stats} />
        <${Topics} stats=${stats} /><${Outcomes} stats=${stats} />
      </div>
      <p class="hint only-print">${t('whole_weeks', { from: longDay(stats.from), to: longDay(stats.to) })}</p>
      ${stats.hidden + stats.left_out > 0 && html`<${Note} icon="eye-off">
        ${stats.hidden > 0 && t('hidden_note', { k: stats.small_group, n: stats.hidden })} ${stats.left_out > 0 && t('left_out_note')}
      <//>`}
      <p class="hint">${t('steps_note', { k: stats.small_group })}</p>`}
    <${Below} stats=${stats} site=${site} choice=${choice} days=${days ?? stats} word=${word} hasAnswers=${hasAnswers} waiting=${waiting} />
    <p class="hint">${stats.label}</p>`;
}

function Nothing({ site, word, hasClasses, running }) {
  if (!running) return html`<${Empty} icon="message-square" title=${t('nothing_then')} />`;
  const isAdmin = site.login.role === 'admin';
  return html`<${Empty} icon="message-square" title=${t('nothing_yet')}>
    <p>${t(hasClasses ? 'empty_what_to_do' : 'empty_open', { word })}</p>
    <p class="row centred">
      ${hasClasses && isAdmin && html`<a class="button primary" href="/admin">${t('to_classes', { word })}</a>`}
      <a class="button" href="/">${t('to_chat')}</a>
    </p>
  <//>`;
}
