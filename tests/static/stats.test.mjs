// The pure parts of the question page: periods, the draft of the topics, what the charts are told, its texts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as draft from '../../static/stats/draft.js';
import { daysOption, hoursOption, outcomesOption, readColours, TOP_TOPICS, topicsOption, usedHours } from '../../static/stats/options.js';
import { daysOf, plusDays, readAddress, today, weekday, wholeWeeks, writeAddress } from '../../static/stats/period.js';
import { byWeek, seesDetails } from '../../static/stats/group_details.js';
import { trendOf } from '../../static/stats/group_row.js';
import { texts } from '../../static/stats/texts.js';

test('today is the day it is in the school, not here', () => {
  const moment = new Date('2026-11-22T17:30:00Z');
  assert.equal(today('Asia/Shanghai', moment), '2026-11-23');
  assert.equal(today('Europe/Berlin', moment), '2026-11-22');
});

test('weeks begin on Monday', () => {
  assert.equal(weekday('2026-11-16'), 0);
  assert.equal(weekday('2026-11-22'), 6);
  assert.deepEqual(wholeWeeks('2026-11-18', '2026-11-24'), { from: '2026-11-16', to: '2026-11-29' });
});

test('the weeks of a group are named by their Mondays, those that are not shown stay empty', () => {
  assert.deepEqual(byWeek('2026-11-16', [4, null]), [{ from: '2026-11-16', questions: 4 }, { from: '2026-11-23', questions: null }]);
});

test('details are for those who have a right to any of them', () => {
  const site = (...rights) => ({ login: { rights } });
  assert.deepEqual([site('see_groups'), site('see_text'), site('see_dates')].map(seesDetails), [false, true, true]);
});

test('the periods are those of the server', () => {
  const day = '2026-11-20';
  assert.deepEqual(daysOf('this_week', day), { from: '2026-11-16', to: '2026-11-22' });
  assert.deepEqual(daysOf('last_week', day), { from: '2026-11-09', to: '2026-11-15' });
  assert.deepEqual(daysOf('this_month', day), { from: '2026-11-02', to: '2026-11-29' });
  assert.deepEqual(daysOf('custom', day, { from: '2026-01-01', to: '2026-01-01' }), { from: '2025-12-29', to: '2026-01-04' });
  assert.equal(daysOf('custom', day, { from: '2026-02-01', to: '2026-01-01' }), null);
  assert.equal(daysOf('custom', day, { from: '2026-02-01', to: '' }), null);
});

test('every week belongs to exactly one month', () => {
  for (let day = '2024-01-01'; day < '2027-01-01'; day = plusDays(day, 7)) {
    const month = daysOf('this_month', day);
    assert.ok(month.from <= day && day <= month.to, day);
    assert.equal(daysOf('this_month', plusDays(month.to, 1)).from, plusDays(month.to, 1));
  }
});

test('what was chosen survives in the address', () => {
  const choice = { classId: '7a', period: 'custom', custom: { from: '2026-11-01', to: '2026-11-20' } };
  assert.deepEqual(readAddress(writeAddress(choice)), choice);
  assert.deepEqual(readAddress('?period=never&from=x'), { classId: '', period: 'this_week', custom: { from: '', to: '' } });
});

test('keywords are parted by any comma people type', () => {
  assert.deepEqual(draft.splitKeywords('勾股， 斜边,毕达哥拉斯、Pythagoras；\n直角 三角形,,勾股'), ['勾股', '斜边', '毕达哥拉斯', 'Pythagoras', '直角 三角形']);
});

const topics = [
  { id: 'a', parent_id: null, name_zh: '数学', name_en: 'Maths', keywords: ['数学'] },
  { id: 'a1', parent_id: 'a', name_zh: '勾股定理', name_en: 'Pythagoras', keywords: ['勾股', '斜边'] },
  { id: 'b', parent_id: null, name_zh: '语文', name_en: 'Chinese', keywords: [] },
];

test('an untouched draft is sent as it came', () => {
  const rows = draft.toDraft(topics);
  assert.deepEqual(draft.fromDraft(rows), topics);
  assert.equal(draft.isChanged(rows, topics), false);
  assert.equal(draft.isChanged(draft.change(rows, rows[0].key, { name_en: 'Mathematics' }), topics), true);
});

test('a new topic goes to the end of its subject', () => {
  const [rows] = draft.add(draft.toDraft(topics), 'a', 'new');
  assert.deepEqual(rows.map((row) => row.id), ['a', 'a1', 'new', 'b']);
  assert.equal(draft.add(rows, null, 'c')[0].at(-1).id, 'c');
});

test('a subject goes with its topics, a topic alone', () => {
  const rows = draft.toDraft(topics);
  assert.deepEqual(draft.remove(rows, rows[0].key).map((row) => row.id), ['b']);
  assert.deepEqual(draft.remove(rows, rows[1].key).map((row) => row.id), ['a', 'b']);
});

test('the server’s findings land on their rows', () => {
  const rows = draft.toDraft(topics);
  const found = draft.findingsByRow(rows, [
    { row: 2, field: 'keywords', message: 'short' },
    { row: 2, field: 'keywords', message: 'twice' },
    { row: 9, field: 'id', message: 'nowhere' },
  ]);
  assert.deepEqual(found, { [rows[1].key]: { keywords: 'short twice' } });
});

test('the search finds names and keywords in both languages', () => {
  const rows = draft.toDraft(topics);
  const ids = (q) => draft.matching(rows, q).map(({ subject, points }) => [subject.id, ...points.map((point) => point.id)]);
  assert.deepEqual(ids(''), [['a', 'a1'], ['b']]);
  assert.deepEqual(ids('斜边'), [['a', 'a1']]);
  assert.deepEqual(ids('CHINESE'), [['b']]);
  assert.deepEqual(ids('nothing'), []);
});

const colours = readColours((name) => name);
const say = {
  questions: 'q', previous: 'p', weekdays: ['1', '2', '3', '4', '5', '6', '7'], count: (n) => (n === null ? 'hidden' : String(n)),
  longDay: (day) => day, axisDay: (day) => day, hourRange: (hour) => `${hour}`, people: (n) => `${n}`,
  peopleQuestions: ({ askers }) => `${askers}`, outcome: (name) => name,
};

test('tooltips are drawn on the canvas, for the page forbids inline styles', () => {
  const options = [
    daysOption([{ day: 'd', questions: 1, previous: null }], colours, say),
    hoursOption([{ weekday: 0, hour: 9, questions: 1 }], colours, say),
    topicsOption([{ name: 'n', askers: 3, questions: 4 }], colours, say),
    outcomesOption([{ outcome: 'answered', questions: 1 }], colours, say),
  ];
  for (const option of options) assert.equal(option.tooltip.renderMode, 'richText');
});

test('a hidden number is told as hidden, never as a number', () => {
  const days = daysOption([{ day: 'd', questions: null, previous: null }], colours, say);
  assert.equal(days.tooltip.formatter([{ dataIndex: 0 }]), 'd\nq  hidden\np  hidden');
  const hours = hoursOption([{ weekday: 0, hour: 9, questions: null }, { weekday: 1, hour: 9, questions: 5 }], colours, say);
  assert.deepEqual(hours.series.map((series) => series.data.length), [1, 1]);
  assert.equal(hours.tooltip.formatter({ value: hours.series[1].data[0], seriesIndex: 1 }), '1 9\nq  hidden');
  const outcomes = outcomesOption([{ outcome: 'failed', questions: null }, { outcome: 'answered', questions: 20 }], colours, say);
  assert.equal(outcomes.series[0].label.formatter({ dataIndex: 1 }), 'hidden');
});

test('the heat map shows the hours that are used, a school day at least', () => {
  assert.deepEqual(usedHours([]), { first: 8, last: 17 });
  assert.deepEqual(usedHours([{ weekday: 0, hour: 6, questions: 3 }, { weekday: 0, hour: 21, questions: null }]), { first: 6, last: 21 });
  const hiddenDay = Array.from({ length: 24 }, (_, hour) => ({ weekday: 5, hour, questions: null }));
  assert.deepEqual(usedHours(hiddenDay), { first: 8, last: 17 });
});

test('the chart of topics has the largest ones, the largest at the top', () => {
  const many = Array.from({ length: 20 }, (_, place) => ({ name: `t${place}`, askers: 40 - place, questions: 50 }));
  const names = topicsOption(many, colours, say).yAxis.data;
  assert.equal(names.length, TOP_TOPICS);
  assert.equal(names.at(-1), 't0');
});

test('both languages say the same things', () => {
  assert.deepEqual(Object.keys(texts.en).sort(), Object.keys(texts.zh).sort());
  const places = (text) => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  for (const key of Object.keys(texts.zh)) {
    assert.deepEqual([...new Set(places(texts.en[key]))].sort(), [...new Set(places(texts.zh[key]))].sort(), key);
  }
});

test('topics are read from a file, and anything else is refused', () => {
  const topics = [{ id: 'm', parent_id: null, name_zh: '数学', name_en: 'Maths', keywords: ['代数'] }];
  assert.deepEqual(draft.fromDraft(draft.fromFile(JSON.stringify({ topics }))), topics);
  assert.deepEqual(draft.fromDraft(draft.fromFile(JSON.stringify(topics))), topics);
  for (const text of ['', '{}', '[1]', '{"topics": [{}]}']) assert.throws(() => draft.fromFile(text));
});

test('a suggested word becomes a topic that can be saved as it is', () => {
  const [next] = draft.addKnown([], null, 'new', '歌手大赛');
  assert.deepEqual(draft.fromDraft(next), [{ id: 'new', parent_id: null, name_zh: '歌手大赛', name_en: '歌手大赛', keywords: ['歌手大赛'] }]);
});

test('trends are told in words', () => {
  const say = (key, { n } = {}) => [key, n].filter(Boolean).join(' ');
  assert.equal(trendOf({ questions: 5, previous: 0 }, say), 'trend_new');
  assert.equal(trendOf({ questions: 5, previous: 5 }, say), 'trend_same');
  assert.equal(trendOf({ questions: 5, previous: 7 }, say), 'trend_down 2');
});
