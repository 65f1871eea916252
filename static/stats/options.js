// What ECharts is told, from the server's numbers. Pure: colours and words come in, nothing is fetched or drawn.
// Colours have a meaning: the accent is what went well, warm is what stopped, red is what was refused or broke.

export const TOP_TOPICS = 12;

/** Colours by meaning, from the page's tokens; read anew when the theme changes. */
export function readColours(token) {
  return {
    ink: token('--ink'),
    quiet: token('--ink-quiet'),
    line: token('--line'),
    paper: token('--paper'),
    raised: token('--raised'),
    accent: token('--accent'),
    soft: token('--accent-soft'),
    pale: token('--accent-line'),
    warn: token('--warn'),
    refuse: token('--refuse'),
    font: token('--font'),
  };
}

const axisText = (colours, more = {}) => ({ color: colours.quiet, fontSize: 12, ...more });

function frame(colours, reduceMotion) {
  return {
    textStyle: { fontFamily: colours.font, color: colours.ink },
    animation: !reduceMotion,
    animationDuration: 150,
    animationDurationUpdate: 150,
    tooltip: {
      // Drawn on the canvas: an HTML tooltip would need inline styles, which the page's policy forbids.
      renderMode: 'richText',
      confine: true,
      backgroundColor: colours.raised,
      borderColor: colours.line,
      borderWidth: 1,
      padding: [8, 12],
      shadowBlur: 0,
      shadowColor: 'transparent',
      textStyle: { color: colours.ink, fontSize: 14, fontFamily: colours.font },
    },
  };
}

const stripes = (colours) => ({
  color: colours.soft,
  decal: { symbol: 'line', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: colours.pale },
  borderRadius: [3, 3, 0, 0],
});

/** Bars per day, with the period before as a paler bar behind. `say` turns days into words. */
export function daysOption(days, colours, say, reduceMotion = false) {
  const most = Math.max(1, ...days.flatMap((day) => [day.questions ?? 0, day.previous ?? 0]));
  const round = [3, 3, 0, 0];
  const tooltip = ({ dataIndex }) => {
    const day = days[dataIndex];
    return `${say.longDay(day.day)}\n${say.questions}  ${say.count(day.questions)}\n${say.previous}  ${say.count(day.previous)}`;
  };
  const base = frame(colours, reduceMotion);
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: colours.soft, opacity: 0.6 } }, formatter: ([first]) => tooltip(first) },
    legend: {
      top: 0, right: 0, itemWidth: 12, itemHeight: 12, itemGap: 16, selectedMode: false,
      textStyle: axisText(colours), data: [say.questions, say.previous],
    },
    grid: { left: 4, right: 16, top: 32, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category',
      data: days.map((day) => say.axisDay(day.day, days.length)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: axisText(colours, { hideOverlap: true }),
    },
    yAxis: {
      type: 'value', minInterval: 1, max: ({ max }) => (max ? undefined : 1),
      splitLine: { lineStyle: { color: colours.line } }, axisLabel: axisText(colours),
    },
    series: [
      {
        name: say.previous, type: 'bar', z: 1, barWidth: '76%', barGap: '-100%', silent: true,
        data: days.map((day) => day.previous), itemStyle: { color: colours.soft, borderColor: colours.pale, borderWidth: 1, borderRadius: round },
      },
      // The narrower bar sits in the middle of the wider one: an axis of its own would do it too, less simply.
      {
        name: say.questions, type: 'custom', z: 3,
        itemStyle: { color: colours.accent },
        data: days.map((day, place) => [place, day.questions ?? 0, day.questions === null ? 1 : 0]),
        renderItem: (_params, api) => narrowBar(api, most, colours),
        encode: { x: 0, y: 1 },
      },
    ],
  };
}

function narrowBar(api, most, colours) {
  const place = api.value(0);
  const hidden = api.value(2) === 1;
  const foot = api.coord([place, 0]);
  const head = api.coord([place, hidden ? most * 0.12 : api.value(1)]);
  const width = Math.max(2, Math.min(48, api.size([1, 0])[0] * 0.46));
  const height = foot[1] - head[1];
  const style = hidden ? { fill: colours.soft, stroke: colours.quiet, lineDash: [3, 3], lineWidth: 1 } : { fill: colours.accent };
  return {
    type: 'rect',
    shape: { x: foot[0] - width / 2, y: head[1], width, height, r: [Math.min(3, height), Math.min(3, height), 0, 0] },
    style,
  };
}

/** Weekday by hour; hours outside the used part of the day are cut off, so that the cells stay large. */
export function hoursOption(cells, colours, say, reduceMotion = false) {
  const { first, last } = usedHours(cells);
  const hours = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  const shown = cells.filter((cell) => cell.questions !== null);
  const hidden = cells.filter((cell) => cell.questions === null);
  const most = Math.max(1, ...shown.map((cell) => cell.questions));
  const base = frame(colours, reduceMotion);
  const place = (cell) => [cell.hour - first, cell.weekday];
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ value, seriesIndex }) =>
        `${say.weekdays[value[1]]} ${say.hourRange(value[0] + first)}\n${say.questions}  ${say.count(seriesIndex ? null : value[2])}`,
    },
    grid: { left: 4, right: 4, top: 4, bottom: 40, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category', data: hours.map(String), splitArea: { show: false }, axisTick: { show: false },
      axisLine: { show: false }, axisLabel: axisText(colours, { hideOverlap: true }),
    },
    yAxis: {
      type: 'category', data: say.weekdays, inverse: true, axisTick: { show: false }, axisLine: { show: false },
      axisLabel: axisText(colours),
    },
    visualMap: {
      seriesIndex: 0, dimension: 2, min: 0, max: most, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
      itemWidth: 10, itemHeight: 120, text: [String(most), '0'], textStyle: axisText(colours), inRange: { color: [colours.soft, colours.pale, colours.accent] },
    },
    series: [
      { type: 'heatmap', data: shown.map((cell) => [...place(cell), cell.questions]), itemStyle: { borderColor: colours.raised, borderWidth: 2, borderRadius: 3 } },
      {
        type: 'heatmap', data: hidden.filter((cell) => cell.hour >= first && cell.hour <= last).map((cell) => [...place(cell), 0]),
        itemStyle: { color: colours.line, borderColor: colours.raised, borderWidth: 2, borderRadius: 3 },
      },
    ],
  };
}

/** The hours worth a column: from the first to the last in which anybody asked, a school day at least. */
export function usedHours(cells) {
  // A day hidden as a whole lists all its hours; it says nothing about when people ask.
  const whole = new Map();
  for (const cell of cells) if (cell.questions === null) whole.set(cell.weekday, (whole.get(cell.weekday) ?? 0) + 1);
  const used = cells.filter((cell) => cell.questions !== null || whole.get(cell.weekday) < 24).map((cell) => cell.hour);
  return { first: Math.min(8, ...used), last: Math.max(17, ...used) };
}

/** People per topic, most at the top. */
export function topicsOption(topics, colours, say, reduceMotion = false, width = 400) {
  const shown = topics.slice(0, TOP_TOPICS).reverse();
  const base = frame(colours, reduceMotion);
  return {
    ...base,
    tooltip: {
      ...base.tooltip,
      formatter: ({ dataIndex }) => {
        const topic = shown[dataIndex];
        return `${topic.parent ? `${topic.parent} · ` : ''}${topic.name}\n${say.peopleQuestions(topic)}`;
      },
    },
    grid: { left: 4, right: 48, top: 0, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category', data: shown.map((topic) => topic.name), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: axisText(colours, { color: colours.ink, fontSize: 14, width: Math.max(104, Math.min(240, Math.round(width * 0.38))), overflow: 'truncate' }),
    },
    series: [
      {
        type: 'bar', barMaxWidth: 18, data: shown.map((topic) => topic.askers),
        itemStyle: { color: colours.accent, borderRadius: [0, 3, 3, 0] },
        label: { show: true, position: 'right', color: colours.quiet, formatter: ({ dataIndex }) => say.people(shown[dataIndex].askers) },
      },
    ],
  };
}

const OUTCOME_COLOUR = { answered: 'accent', filtered: 'warn', stopped: 'warn', blocked: 'refuse', failed: 'refuse' };

/** What became of the questions; a hidden number is a short striped bar. */
export function outcomesOption(outcomes, colours, say, reduceMotion = false) {
  const rows = [...outcomes].reverse();
  const most = Math.max(1, ...rows.map((row) => row.questions ?? 0));
  const base = frame(colours, reduceMotion);
  return {
    ...base,
    tooltip: { ...base.tooltip, formatter: ({ dataIndex }) => `${say.outcome(rows[dataIndex].outcome)}  ${say.count(rows[dataIndex].questions)}` },
    grid: { left: 4, right: 72, top: 0, bottom: 0, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'value', show: false, max: most },
    yAxis: {
      type: 'category', data: rows.map((row) => say.outcome(row.outcome)), axisTick: { show: false }, axisLine: { show: false },
      axisLabel: axisText(colours, { color: colours.ink, fontSize: 14 }),
    },
    series: [
      {
        type: 'bar', barMaxWidth: 18,
        data: rows.map((row) => ({
          value: row.questions ?? most * 0.12,
          itemStyle: row.questions === null
            ? { ...stripes(colours), borderRadius: [0, 3, 3, 0] }
            : { color: colours[OUTCOME_COLOUR[row.outcome] ?? 'accent'], borderRadius: [0, 3, 3, 0] },
        })),
        label: { show: true, position: 'right', color: colours.quiet, formatter: ({ dataIndex }) => say.count(rows[dataIndex].questions) },
      },
    ],
  };
}
