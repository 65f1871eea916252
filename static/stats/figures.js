// The four figures of the page: days, hours, topics, outcomes. From the server's numbers to charts, tables and words.

import { html } from '../vendor/preact.js';
import { lang, number } from '../shared/i18n.js';
import { Figure } from './figure.js';
import { daysOption, hoursOption, outcomesOption, TOP_TOPICS, topicsOption } from './options.js';
import { axisDay, count, dayAndWeekday, longDay, percent, t, weekdays } from './say.js';

const most = (rows, by) => rows.reduce((best, row) => ((row[by] ?? 0) > (best?.[by] ?? 0) ? row : best), null);

/** The words that go into a chart. */
const words = () => ({
  questions: t('questions'),
  previous: t('previous'),
  weekdays: weekdays(),
  count,
  longDay,
  axisDay,
  hourRange: (hour) => t('hour_range', { from: hour, to: hour + 1 }),
  people: (n) => t('people', { n }),
  peopleQuestions: ({ askers, questions }) => t('people_questions', { askers: number(askers), questions: number(questions) }),
  outcome: (name) => t(name),
});

export function Days({ stats }) {
  const { days } = stats;
  const best = most(days, 'questions');
  const text = best ? t('days_most', { day: longDay(best.day), n: number(best.questions) }) : '';
  return html`<${Figure} name=${t('days')} height="middle" redrawOn=${[stats, lang()]}
    label=${t('days_alt', { text })}
    option=${(colours, still) => daysOption(days, colours, words(), still)}
    table=${{
      head: [t('day'), t('questions'), t('previous')],
      rows: days.map((day) => [dayAndWeekday(day.day), count(day.questions), count(day.previous)]),
      numbers: [1, 2],
    }} />`;
}

export function Hours({ stats }) {
  const cells = stats.hours;
  const best = most(cells, 'questions');
  const names = weekdays();
  const text = best ? t('hours_most', { weekday: names[best.weekday], hour: best.hour, n: number(best.questions) }) : '';
  return html`<${Figure} name=${t('hours')} height="middle" redrawOn=${[stats, lang()]}
    label=${t('hours_alt', { text })}
    option=${(colours, still) => hoursOption(cells, colours, words(), still)}
    table=${{
      head: [t('weekday'), t('hour'), t('questions')],
      rows: cells.map((cell) => [names[cell.weekday], t('hour_range', { from: cell.hour, to: cell.hour + 1 }), count(cell.questions)]),
      numbers: [2],
    }} />`;
}

export function Topics({ stats }) {
  const { topics, hidden_topics: numHidden, num_weeks: numWeeks } = stats;
  const notes = [
    topics.length > TOP_TOPICS && t('topics_rest', { n: TOP_TOPICS }),
    numHidden > 0 && topics.length > 0 && t('topics_hidden', { n: numHidden }),
  ];
  if (topics.length === 0) {
    return html`<section class="card figure"><h2>${t('topics')}</h2><p class="quiet-text">${t('topics_none')}</p></section>`;
  }
  const text = t('topics_most', { name: topics[0].name, n: number(topics[0].askers) });
  return html`<${Figure} name=${t('topics')} height=${`rows-${Math.min(TOP_TOPICS, topics.length)}`} redrawOn=${[stats, lang()]}
    label=${t('topics_alt', { text })} note=${notes.filter(Boolean).join(' ')}
    option=${(colours, still, width) => topicsOption(topics, colours, words(), still, width)}
    table=${{
      head: [t('subject'), t('topic'), t(numWeeks > 1 ? 'askers_peak' : 'askers'), t('questions')],
      rows: topics.map((topic) => [topic.parent ?? topic.name, topic.name, number(topic.askers), number(topic.questions)]),
      numbers: [2, 3],
    }} />`;
}

export function Outcomes({ stats }) {
  const { outcomes, tiles } = stats;
  const parts = outcomes.filter((row) => row.questions !== 0).map((row) => t('outcome_part', { name: t(row.outcome), n: count(row.questions) }));
  const share = (row) => (row.questions !== null && tiles.questions ? percent(row.questions / tiles.questions) : t('none'));
  return html`<${Figure} name=${t('outcomes')} height="rows-5" redrawOn=${[stats, lang()]}
    label=${t('outcomes_alt', { text: parts.join(lang() === 'en' ? ', ' : '，') })}
    option=${(colours, still) => outcomesOption(outcomes, colours, words(), still)}
    table=${{
      head: [t('outcome'), t('questions'), t('share')],
      rows: outcomes.map((row) => [t(row.outcome), count(row.questions), share(row)]),
      numbers: [1, 2],
    }} />`;
}
