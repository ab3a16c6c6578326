// The charts of the report. Where settings differ in inter-op threads or batch too, each chart shows one plane of them,
// which people pick.
import { axis, bandSeries, chart, legend, tooltip } from '../common/charts.js';
import { element } from '../common/dom.js';
import { formatNumber, formatRange, formatTime } from '../common/format.js';
import { countOf, describe, distinct, frontier, groupBy, measured } from './settings.js';

const kGrid = { left: 62, right: 16, top: 40, bottom: 44 };

// An axis of thread counts: every count has its place, far ones by powers of two.
function countAxis(colours, name, counts) {
  const wide = counts.length > 0 && counts.at(-1) > 12;
  return axis(colours, name, {
    type: wide ? 'log' : 'value', logBase: 2, min: wide ? 1 : 0, max: wide ? counts.at(-1) : counts.at(-1) + 0.5,
    nameGap: 28, interval: 1, splitLine: { show: false },
    axisLabel: { color: colours.quiet, formatter: (value) => (value > 0 && Number.isInteger(value) ? String(value) : '') },
  });
}

// The shade where there are more threads than CPUs.
function beyondCores(colours, cores, counts) {
  if (counts.length === 0 || counts.at(-1) <= cores) return {};
  return {
    markArea: {
      silent: true, itemStyle: { color: colours.warn, opacity: 0.08 },
      label: { color: colours.warn, position: 'insideTop', fontSize: 11, fontFamily: colours.sans },
      data: [[{ name: `over ${countOf(cores, 'CPU')}`, xAxis: cores + (counts.at(-1) > 12 ? cores * 0.2 : 0.5) },
              { xAxis: counts.at(-1) > 12 ? counts.at(-1) : counts.at(-1) + 0.5 }]],
    },
  };
}

// A point of bandSeries. Of one round nothing bounds the value: the band is a line there.
function bandPoint(x, { value, low, high, confidence }) {
  return confidence ? [x, value, low, high, confidence] : [x, value, value, value, 0];
}

function lines(colours, report, settings, { x, series, band, format, axisName, yName, seriesName }) {
  const counts = distinct(settings, x);
  const groups = groupBy(settings, series);
  const all = groups.flatMap(([value, members], i) => {
    const points = members.map((setting) => bandPoint(setting[x], band(setting)))
      .sort((a, b) => a[0] - b[0]);
    return bandSeries(countOf(value, seriesName), points, colours.series[i % colours.series.length]);
  });
  if (all.length > 1) Object.assign(all[1], beyondCores(colours, report.cores, counts));
  return {
    grid: kGrid,
    legend: groups.length > 1 ? legend(colours, { type: 'scroll', right: 0 }) : { show: false },
    tooltip: tooltip(colours, {
      trigger: 'item',
      formatter: (params) => Array.isArray(params.data) ? `<b>${countOf(params.data[0], axisName)}</b>${groups.length > 1
        ? `, ${params.seriesName}` : ''}<br>${format(params.data[1])}<br>` +
        formatRange({ low: params.data[2], high: params.data[3], confidence: params.data[4] }, format) : '',
    }),
    xAxis: countAxis(colours, `${axisName}s`, counts),
    yAxis: axis(colours, '', { type: 'value', min: 0, name: yName, nameLocation: 'end', nameGap: 12,
                               nameTextStyle: { color: colours.quiet, align: 'left', padding: [0, 0, 0, -50] },
                               axisLabel: { color: colours.quiet, formatter: (value) => (value === 0 ? '0' : format(value)) } }),
    series: all,
  };
}

function runtime(colours, report, settings) {
  return lines(colours, report, settings, {
    x: 'threads', series: 'inference_threads', band: (setting) => setting.latency_ms.mean, format: formatTime,
    axisName: 'intra-op thread', yName: '', seriesName: 'inference thread',
  });
}

function throughput(colours, report, settings) {
  return lines(colours, report, settings, {
    x: 'inference_threads', series: 'threads', band: (setting) => setting.throughput_per_s, format: formatNumber,
    axisName: 'inference thread', yName: '', seriesName: 'intra-op thread',
  });
}

function balance(colours, report, settings) {
  const point = (setting) => ({
    value: [setting.latency_ms.mean.value, setting.throughput_per_s.value], setting,
    itemStyle: setting.status === 'chosen' ? { borderColor: colours.text, borderWidth: 2.5 } : undefined,
    symbolSize: setting.status === 'chosen' ? 17 : 10,
  });
  const best = frontier(settings);
  const rest = (filter) => settings.filter((setting) => !best.includes(setting) && filter(setting)).map(point);
  return {
    grid: { ...kGrid, right: 24 },
    legend: legend(colours, { type: 'scroll', right: 0 }),
    tooltip: tooltip(colours, {
      trigger: 'item',
      formatter: ({ data }) => `<b>${describe(data.setting, report.model)}</b><br>mean ` +
        `${formatTime(data.value[0])}, p99 ${formatTime(data.setting.latency_ms.p99.value)}<br>` +
        `${formatNumber(data.value[1])} a second${data.setting.oversubscribed ? '<br>oversubscribed' : ''}`,
    }),
    xAxis: axis(colours, 'mean of a call', { type: 'value', scale: true, nameGap: 28, splitLine: { show: false },
                axisLabel: { color: colours.quiet, hideOverlap: true, formatter: formatTime } }),
    yAxis: axis(colours, '', { type: 'value', min: 0, axisLabel: { color: colours.quiet, formatter: formatNumber } }),
    series: [
      { name: 'nothing is better in both', type: 'line', data: best.map(point), symbol: 'circle', z: 3,
        itemStyle: { color: colours.good }, lineStyle: { color: colours.good, width: 2 } },
      { name: 'other', type: 'scatter', data: rest((setting) => !setting.oversubscribed),
        itemStyle: { color: colours.series[0], opacity: 0.75 } },
      { name: 'oversubscribed', type: 'scatter', data: rest((setting) => setting.oversubscribed), symbol: 'diamond',
        itemStyle: { color: colours.warn, opacity: 0.75 } },
    ],
  };
}

function heat(colours, report, settings) {
  const callers = distinct(settings, 'inference_threads');
  const threads = distinct(settings, 'threads');
  const most = Math.max(...settings.map((setting) => setting.throughput_per_s.value));
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const cells = settings.map((setting) => {
    const share = setting.throughput_per_s.value / most;
    const bold = share < 0.55;
    return {
      value: [callers.indexOf(setting.inference_threads), threads.indexOf(setting.threads), share * 100], setting,
      label: { color: bold !== dark ? '#fff' : '#1b2330' },
      itemStyle: { borderColor: setting.oversubscribed ? colours.warn : colours.card, borderWidth: 2,
                   borderType: setting.oversubscribed ? 'dashed' : 'solid' },
    };
  });
  return {
    grid: { left: 48, right: 16, top: 12, bottom: 84 },
    tooltip: tooltip(colours, {
      formatter: ({ data }) => `<b>${describe(data.setting, report.model)}</b><br>` +
        `${formatNumber(data.setting.throughput_per_s.value)} a second, ${formatNumber(data.value[2])}% of the most<br>` +
        `mean ${formatTime(data.setting.latency_ms.mean.value)}${data.setting.oversubscribed ? '<br>oversubscribed' : ''}`,
    }),
    xAxis: axis(colours, 'inference threads', { type: 'category', data: callers, nameGap: 26 }),
    yAxis: axis(colours, 'intra-op threads', { type: 'category', data: threads, nameGap: 30 }),
    visualMap: {
      min: Math.min(50, ...cells.map((cell) => cell.value[2])), max: 100, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
      itemHeight: 130, itemWidth: 10, text: ['100%', 'less'], textStyle: { color: colours.quiet, fontFamily: colours.sans },
      inRange: { color: [colours['heat-3'], colours['heat-2'], colours['heat-1'], colours['heat-0']] },
    },
    series: [{ type: 'heatmap', data: cells,
               label: { show: true, fontFamily: colours.sans,
                        formatter: ({ data }) => `${Math.round(data.value[2])}%` } }],
  };
}

function speedup(colours, report, settings) {
  const one = settings.find((setting) => setting.threads === 1);
  if (!one) return null;
  const counts = distinct(settings, 'threads');
  const base = one.latency_ms.mean.value;
  const points = settings.map((setting) => {
    const band = setting.latency_ms.mean;
    return bandPoint(setting.threads, { value: base / band.value, low: base / band.high, high: base / band.low,
                                        confidence: band.confidence });
  }).sort((a, b) => a[0] - b[0]);
  const series = bandSeries('measured', points, colours.series[0]);
  Object.assign(series[1], beyondCores(colours, report.cores, counts));
  const ideal = counts.filter((count) => count <= report.cores).map((count) => [count, count]);
  return {
    grid: kGrid,
    legend: legend(colours),
    tooltip: tooltip(colours, { trigger: 'item', formatter: ({ data }) => Array.isArray(data)
      ? `<b>${countOf(data[0], 'intra-op thread')}</b><br>${data[1].toFixed(2)} times as fast as one` : '' }),
    xAxis: countAxis(colours, 'intra-op threads', counts),
    yAxis: axis(colours, '', { type: 'value', min: 0, axisLabel: { color: colours.quiet, formatter: (value) => `${value}×` } }),
    series: [...series, { name: 'one CPU a thread', type: 'line', data: ideal, symbol: 'none', silent: true,
                          itemStyle: { color: colours.quiet },
                          lineStyle: { color: colours.quiet, type: 'dashed', width: 1.5 } }],
  };
}

// The planes there are: the values of what a chart has no axis for.
function picker(report, settings, redraw) {
  const chosen = report.chosen === null ? settings[0] : report.settings[report.chosen];
  const plane = {};
  const parts = [['interop_threads', 'Inter-op threads'], ['batch', 'Batch']].flatMap(([key, name]) => {
    const values = distinct(settings.filter((setting) => setting[key] !== undefined), key);
    if (values.length === 0) return [];
    plane[key] = chosen[key] ?? values[0];
    if (values.length === 1) return [];
    const select = element('select', { 'aria-label': name, onchange: () => { plane[key] = Number(select.value); redraw(); } },
      values.map((value) => element('option', { value: String(value), selected: value === plane[key] }, String(value))));
    return [element('label', {}, `${name} `, select)];
  });
  return { parts, inPlane: (setting) => Object.entries(plane).every(([key, value]) => setting[key] === value) };
}

function addChart(place, report, settings, { id, title, note, option, planes = true }) {
  const drawing = element('div', { class: 'chart', id, role: 'img', 'aria-label': title });
  let drawn = null;
  const { parts, inPlane } = planes ? picker(report, settings, () => drawn.draw()) : { parts: [], inPlane: () => true };
  place.append(element('div', { class: 'card' },
    element('div', { class: 'chart-head' }, element('h2', {}, title), element('div', { class: 'picker' }, parts)),
    element('p', { class: 'quiet' }, note), drawing));
  drawn = chart(drawing, (colours) => option(colours, report, settings.filter(inPlane)));
}

// With what confidence the bands of a chart hold their values.
function sureness(settings) {
  const least = Math.min(...settings.map((setting) => setting.latency_ms.mean.confidence));
  return least >= 0.95 ? 'with 95% confidence' : 'with 95% confidence, with less where less than six rounds were measured';
}

export function addCharts(place, report) {
  const settings = report.settings.filter(measured);
  if (settings.length === 0) return;
  addChart(place, report, settings, {
    id: 'runtime', title: 'Runtime against threads', option: runtime,
    note: `Mean time of a call. The bands hold it ${sureness(settings)}.`,
  });
  if (distinct(settings, 'inference_threads').length === 1) {
    if (settings.some((setting) => setting.threads === 1)) {
      addChart(place, report, settings, {
        id: 'speedup', title: 'Speed-up against threads', option: speedup, note: 'How many times as fast as one thread.',
      });
    }
    return;
  }
  addChart(place, report, settings, {
    id: 'throughput', title: 'Throughput against callers', option: throughput,
    note: `${report.model.batched ? 'Inputs' : 'Calls'} a second, by the threads that call the model at once.`,
  });
  addChart(place, report, settings, {
    id: 'balance', title: 'Latency against throughput', option: balance, planes: false,
    note: 'Every setting; on the line nothing is better in both. The ringed one is chosen.',
  });
  addChart(place, report, settings, {
    id: 'heat', title: 'Oversubscription map', option: heat,
    note: `Throughput as a share of the most; dashed cells have more threads than the ${countOf(report.cores, 'CPU')}.`,
  });
}
