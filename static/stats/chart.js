// One chart on a canvas, drawn by ECharts, which is fetched when the first chart is needed. It follows the width of its
// box and the theme; for printing everything is drawn in the light theme. A screen reader hears `label`.

import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { onTheme, token } from '../shared/theme.js';
import { readColours } from './options.js';
import { t } from './say.js';

let library = null;
const echarts = () => (library ??= import('../vendor/echarts/echarts.js'));

const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** A token that is a colour, as rgb(): the charts do not understand color-mix() and its like. */
function colourOf(name) {
  const value = token(name);
  if (name === '--font') return value;
  pixel.fillStyle = value;
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

const reduceMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** `option(colours, still, width)` makes what is drawn, without motion where `still`; `redrawOn` lists what it depends on. */
export function Chart({ option, label, height, redrawOn }) {
  const box = useRef(null);
  const chart = useRef(null);
  const newest = useRef(option);
  newest.current = option;
  const [broken, setBroken] = useState(false);

  const draw = (still = false) => {
    chart.current?.setOption(newest.current(readColours(colourOf), still || reduceMotion(), chart.current.getWidth()), { notMerge: true });
  };

  useEffect(() => {
    let gone = false;
    let observer = null;
    const stops = [];
    echarts().then(
      (charts) => {
        // The page may have moved on while the library came, and the box is gone before this effect is cleaned up.
        if (gone || !box.current) return;
        chart.current = charts.init(box.current, null, { renderer: 'canvas' });
        draw();
        observer = new ResizeObserver(() => {
          chart.current?.resize();
          draw(true); // what is drawn may depend on the width
        });
        observer.observe(box.current);
        stops.push(onTheme(() => draw()), onPrint(() => draw(true)));
      },
      () => gone || setBroken(true),
    );
    return () => {
      gone = true;
      observer?.disconnect();
      stops.forEach((stop) => stop());
      // A slow machine may be in the middle of painting; drawn anew, empty, the rest is not painted after its end.
      chart.current?.clear();
      chart.current?.getZr().refreshImmediately();
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => draw(), redrawOn);

  if (broken) return html`<p class="note warn" role="alert">${t('chart_problem')}</p>`;
  return html`<div class=${`chart chart-${height}`} ref=${box} role="img" aria-label=${label}></div>`;
}

const printed = new Set();
let themeOnScreen = null;

addEventListener('beforeprint', () => {
  themeOnScreen = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = 'light';
  for (const draw of printed) draw();
});
addEventListener('afterprint', () => {
  document.documentElement.dataset.theme = themeOnScreen;
  for (const draw of printed) draw();
});

/** Have `draw` called before and after the page is printed, which is always light. Returns how to stop. */
function onPrint(draw) {
  printed.add(draw);
  return () => printed.delete(draw);
}
