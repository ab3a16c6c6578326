// Charts in the colours of the page. chart(element, makeOption) draws; it draws again when the scheme changes and fits
// the width. makeOption(colours) gives ECharts' option.
import { CustomChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
         VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([CustomChart, HeatmapChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent,
             MarkLineComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const kNames = ['card', 'text', 'quiet', 'line', 'grid', 'accent', 'good', 'bad', 'warn', 'heat-0', 'heat-1', 'heat-2',
                'heat-3', 'sans'];

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const colours = Object.fromEntries(kNames.map((name) => [name, colour(name)]));
  colours.series = [1, 2, 3, 4, 5, 6].map((i) => colour(`series-${i}`));
  return colours;
}

export function chart(place, makeOption) {
  const drawn = echarts.init(place, null, { renderer: 'svg' });
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const draw = () => drawn.setOption({ animation: !still, animationDuration: 300, ...makeOption(readColours()) }, true);
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  new ResizeObserver(() => drawn.resize({ animation: { duration: 0 } })).observe(place);
  return { draw, chart: drawn };
}

// Parts that charts have in common.
export function axis(colours, name, more = {}) {
  return {
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: colours.quiet, fontFamily: colours.sans },
    axisLabel: { color: colours.quiet, fontFamily: colours.sans, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: colours.line } },
    axisTick: { lineStyle: { color: colours.line } },
    splitLine: { lineStyle: { color: colours.grid } },
    ...more,
  };
}

export function tooltip(colours, more = {}) {
  return {
    backgroundColor: colours.card,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontFamily: colours.sans, fontSize: 13 },
    confine: true,
    ...more,
  };
}

export function legend(colours, more = {}) {
  return {
    type: 'plain',
    top: 0,
    left: 0,
    itemWidth: 14,
    itemHeight: 9,
    itemGap: 14,
    textStyle: { color: colours.text, fontFamily: colours.sans },
    inactiveColor: colours.line,
    ...more,
  };
}

// A line with its band of confidence; points are [x, value, low, high].
export function bandSeries(name, points, colour) {
  const line = {
    name,
    type: 'line',
    data: points,
    encode: { x: 0, y: 1 },
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { width: 2.2, color: colour },
    itemStyle: { color: colour },
    emphasis: { focus: 'series' },
    z: 3,
  };
  const band = {
    name,
    type: 'custom',
    data: points.length > 1 ? points : [],
    encode: { x: 0, y: [2, 3] },
    itemStyle: { color: colour },
    silent: true,
    tooltip: { show: false },
    z: 1,
    // One shape for all points; the first draws it.
    renderItem: (params, api) => params.dataIndex > 0 ? null : ({
      type: 'polygon',
      shape: {
        points: [...points.map((point) => api.coord([point[0], point[2]])),
                 ...points.toReversed().map((point) => api.coord([point[0], point[3]]))],
      },
      style: { fill: colour, opacity: 0.16 },
    }),
  };
  return [band, line];
}
