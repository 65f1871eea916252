// What the charts and badges of the records are told: pure, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatOption, SHOWN } from '../../static/records/heat.js';

const colours = Object.fromEntries(['ink', 'quiet', 'line', 'raised', 'accent', 'soft', 'pale', 'font'].map((name) => [name, name]));
const say = { shortDay: (day) => day.slice(5), number: String };
const chart = (num) => ({
  days: ['2026-11-17', '2026-11-18'],
  categories: Array.from({ length: num }, (_, place) => ({ category: `类${place}`, total: place, numbers: [0, place] })),
});

test('a cell stands for a category and a day on which something was hit', () => {
  const option = heatOption(chart(3), colours, say);
  assert.deepEqual(option.series[0].data, [[1, 1, 1], [1, 2, 2]]);
  assert.deepEqual(option.xAxis.data, ['11-17', '11-18']);
  assert.equal(option.visualMap.max, 2);
  assert.equal(option.tooltip.formatter({ value: [1, 2, 2] }), '类2\n11-18  2');
});

test('the chart shows the largest categories; the table behind it has them all', () => {
  assert.equal(heatOption(chart(40), colours, say).yAxis.data.length, SHOWN);
});

test('tooltips are drawn on the canvas, and nothing moves where motion is not wanted', () => {
  const option = heatOption(chart(1), colours, say, true);
  assert.equal(option.tooltip.renderMode, 'richText');
  assert.equal(option.animation, false);
});
