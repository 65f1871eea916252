// What ECharts is told of hits by category and day. Pure: colours and words come in, nothing is fetched or drawn.
// One hue, so that nothing but the number is said by colour; the table behind the chart has every category.

export const SHOWN = 10;

export function heatOption(chart, colours, say, still = false) {
  const rows = chart.categories.slice(0, SHOWN);
  const cells = rows.flatMap((row, y) => row.numbers.map((num, x) => [x, y, num]).filter(([, , num]) => num > 0));
  const most = Math.max(1, ...cells.map(([, , num]) => num));
  return {
    textStyle: { fontFamily: colours.font, color: colours.ink },
    animation: !still,
    animationDuration: 150,
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: colours.raised, borderColor: colours.line, borderWidth: 1,
      padding: [8, 12], shadowBlur: 0, shadowColor: 'transparent',
      textStyle: { color: colours.ink, fontSize: 14, fontFamily: colours.font },
      formatter: ({ value: [x, y, num] }) => `${rows[y].category}\n${say.shortDay(chart.days[x])}  ${say.number(num)}`,
    },
    grid: { left: 4, right: 4, top: 4, bottom: 40, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'category', data: chart.days.map(say.shortDay), axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.quiet, fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: 'category', data: rows.map((row) => row.category), inverse: true, axisTick: { show: false }, axisLine: { show: false },
      splitLine: { show: true, lineStyle: { color: colours.line } },
      axisLabel: { color: colours.ink, fontSize: 14, width: 110, overflow: 'truncate' },
    },
    visualMap: {
      dimension: 2, min: 0, max: most, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
      itemWidth: 10, itemHeight: 120, text: [say.number(most), '0'], textStyle: { color: colours.quiet, fontSize: 12 },
      inRange: { color: [colours.soft, colours.pale, colours.accent] },
    },
    series: [{ type: 'heatmap', data: cells, itemStyle: { borderColor: colours.raised, borderWidth: 2, borderRadius: 3 } }],
  };
}
