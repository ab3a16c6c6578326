// The report of `heddle tune`: the answer, what to know, charts, every setting, machine and model.
import '../common/theme.css';
import './tune.css';
import { readData } from '../common/data.js';
import { element } from '../common/dom.js';
import { formatBytes, formatNumber, formatRange, formatSpread, formatTime } from '../common/format.js';
import { sortableTable } from '../common/table.js';
import { addCharts } from './charts.js';
import { countOf, describe, measured } from './settings.js';

const report = readData();
const byId = (id) => document.getElementById(id);

function summary() {
  const goal = report.goal;
  const parts = [goal.goal === 'throughput' ? 'most calls a second' : 'shortest call'];
  if (goal.p99_ms) parts.push(`p99 within ${formatTime(goal.p99_ms)}`);
  if (goal.rate_per_s) parts.push(`${formatNumber(goal.rate_per_s)} calls a second arriving at random`);
  const count = report.settings.filter(measured).length;
  return `Goal: ${parts.join(', ')}. ${countOf(count, 'setting')} in ${countOf(report.rounds, 'interleaved round')}, ` +
         `${formatNumber(report.seconds)} s${report.interrupted ? ', interrupted' : ''}.`;
}

function measure(name, value, detail) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value, detail && element('small', {}, detail)));
}

function answerCard(setting) {
  const number = (value, name) => element('div', {}, element('b', {}, String(value)), element('span', {}, name));
  const noise = report.settings.filter((other) => ['within noise', 'best by the numbers'].includes(other.status)).length;
  // What Heddle does unasked: one caller, all CPUs.
  const usual = report.settings.find((other) => measured(other) && other.inference_threads === 1 &&
    other.threads === report.cores && other.interop_threads === 1 && (other.batch ?? 0) === (setting.batch ?? 0));
  const throughput = report.goal.goal === 'throughput';
  const gain = usual && usual !== setting && !report.goal.rate_per_s &&
    (throughput ? setting.throughput_per_s.value / usual.throughput_per_s.value
                : usual.latency_ms.mean.value / setting.latency_ms.mean.value);
  return element('div', { class: 'card', id: 'choice' },
    element('p', { class: 'label' }, report.within_goal ? 'Choose' : 'Closest to the goal'),
    element('div', { class: 'choice' },
      number(setting.inference_threads, setting.inference_threads === 1 ? 'inference thread' : 'inference threads'),
      number(setting.threads, setting.threads === 1 ? 'intra-op thread' : 'intra-op threads'),
      report.model.forks &&
        number(setting.interop_threads, setting.interop_threads === 1 ? 'inter-op thread' : 'inter-op threads'),
      report.model.batched && number(setting.batch, 'batch')),
    element('dl', { class: 'measures' },
      measure('Mean of a call', formatTime(setting.latency_ms.mean.value), formatRange(setting.latency_ms.mean, formatTime)),
      measure('p99', formatTime(setting.latency_ms.p99.value), formatRange(setting.latency_ms.p99, formatTime)),
      measure(report.model.batched ? 'Inputs a second' : 'Calls a second', formatNumber(setting.throughput_per_s.value),
              formatRange(setting.throughput_per_s, formatNumber))),
    noise > 0 && element('p', { class: 'note' },
      `The smallest of ${noise + 1} settings that cannot be told apart; the table names the others.`),
    gain > 1.02 && element('p', { class: 'note' },
      `${formatNumber(gain)} times ${throughput ? 'the throughput of' : 'as fast as'} one caller with all CPUs.`));
}

function codeCard() {
  const texts = [['C++', report.code.cpp], ['Python', report.code.python], ['Environment', report.code.environment]];
  const shown = element('code');
  const tabs = texts.map(([name, text]) =>
    element('button', { type: 'button', role: 'tab', onclick: () => choose(name, text) }, name));
  let current = '';
  function choose(name, text) {
    current = text;
    shown.textContent = text;
    tabs.forEach((tab, i) => tab.setAttribute('aria-selected', String(texts[i][0] === name)));
  }
  const copy = element('button', { type: 'button', class: 'copy', onclick: async () => {
    await navigator.clipboard.writeText(current).then(() => { copy.textContent = 'Copied'; }, () => {});
    setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
  } }, 'Copy');
  choose(...texts[0]);
  return element('div', { class: 'card code' }, element('div', { class: 'tabs', role: 'tablist' }, tabs, copy),
                 element('pre', { tabindex: '0' }, shown));
}

function adviceKind(text) {
  if (text.startsWith('No setting')) return 'bad';
  return text.startsWith('Latency against') || text.startsWith('The budget') ? 'info' : '';
}

function statusTag(setting) {
  const kinds = { chosen: 'good', 'within noise': 'good', 'best by the numbers': 'good', failed: 'bad',
                  'misses the goal': 'warn' };
  const tags = [element('span', { class: `tag ${kinds[setting.status] ?? ''}`, title: setting.error }, setting.status)];
  if (setting.oversubscribed) tags.push(' ', element('span', { class: 'tag warn' }, 'oversubscribed'));
  if (setting.error) tags.push(` ${setting.error.split('\n')[0].slice(0, 120)}`);
  return tags;
}

function settingsTable() {
  const number = (name, value, format = formatNumber, title = undefined) => ({
    name, title, number: true, value, cell: (row) => (value(row) === undefined ? '–' : format(value(row))),
  });
  const band = (name, pick, format, title) => ({
    name, title, number: true, value: (row) => pick(row)?.value,
    cell: (row) => {
      const found = pick(row);
      if (!found) return '–';
      return element('span', { title: formatRange(found, format) || 'one round: nothing bounds it' }, format(found.value),
                     element('span', { class: 'quiet' }, ` ${formatSpread(found)}`));
    },
  });
  const columns = [
    number('Inference', (row) => row.inference_threads, String, 'threads that call the model at once'),
    number('Intra-op', (row) => row.threads, String, 'threads inside operators'),
    report.model.forks && number('Inter-op', (row) => row.interop_threads, String, 'threads for forked tasks'),
    report.model.batched && number('Batch', (row) => row.batch, String),
    band('Mean', (row) => row.latency_ms?.mean, formatTime, 'mean of a call, and half the width of the range it lies in'),
    number('Median', (row) => row.latency_ms?.p50, formatTime),
    number('p99', (row) => row.latency_ms?.p99.value, formatTime),
    band(report.model.batched ? 'Inputs/s' : 'Calls/s', (row) => row.throughput_per_s, formatNumber),
    number('Against best', (row) => row.against_best?.value || undefined, (value) => `${value.toFixed(2)}×`,
           'how much worse than the best in the same rounds'),
    number('Rounds', (row) => row.rounds, String),
    { name: 'Verdict', value: (row) => row.status, cell: statusTag },
  ].filter(Boolean);
  const sortBy = columns.findIndex((column) => column.name === 'Against best');
  return sortableTable(columns, report.settings, {
    sortBy, rowClass: (row) => (row.status === 'chosen' ? 'chosen' : row.status === 'failed' ? 'failed' : ''),
  });
}

function factsCard(title, facts) {
  return element('div', { class: 'card' }, element('h2', {}, title), element('dl', { class: 'facts' },
    facts.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])));
}

function facts() {
  const { model, parallel } = report;
  const machine = parallel.machine;
  return [
    factsCard('Model', [
      ['Name', model.name], ['File', model.path], ['Size', model.bytes > 0 && formatBytes(model.bytes)],
      ['Method', model.method], ['Inputs', model.inputs.join(', ')],
      ['Load', model.load_ms > 0 && formatTime(model.load_ms)],
      ['First call', model.first_ms > 0 && formatTime(model.first_ms)],
      ['Forks tasks', model.path && (model.forks ? 'yes' : 'no')],
    ]),
    factsCard('Machine', [
      ['Processor', report.processor], ['CPUs', `${machine.affinity.length} of ${machine.hardware_concurrency} usable, ` +
        `${countOf(machine.physical_cores, 'core')}`],
      ['Quota', machine.cgroup_quota && `${formatNumber(machine.cgroup_quota)} CPUs`],
      ['Intra-op backend', parallel.backend],
      ['Libraries', parallel.libraries.map((library) => `${library.name} ${library.version}`.trim()).join(', ')],
    ]),
  ];
}

byId('title').textContent = report.model.name;
document.title = `${report.model.name}: heddle tune`;
byId('summary').textContent = summary();
const chosen = report.chosen === null ? null : report.settings[report.chosen];
if (chosen) byId('answer').append(answerCard(chosen), codeCard());
byId('advice').append(...report.advice.map((text) =>
  element('p', { class: adviceKind(text) }, text.replace(/(\d) us\b/g, '$1 µs'))));
addCharts(byId('charts'), report);
byId('settings-note').textContent = 'A click on a heading sorts. Settings far behind were left out of later rounds; ' +
  '“against best” compares within the same rounds.';
byId('settings').append(settingsTable());
byId('facts').append(...facts());
byId('footer').textContent = `Measured ${report.date.replace('T', ' ').replace('Z', ' UTC')} by heddle tune.` +
  (chosen ? ` Chosen: ${describe(chosen, report.model)}.` : '');
