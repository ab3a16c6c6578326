// The numbers above the timeline and the tables below it.
import { element } from '../common/dom.js';
import { formatBytes, formatCount, formatNumber, formatTime } from '../common/format.js';

export function summaryCard(data) {
  const s = data.summary;
  const calls = Math.max(s.calls, 1);
  const tile = (name, value, note) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value, note ? element('small', {}, note) : ''));
  const tiles = [
    tile('A call takes', formatTime(s.call_time_ns / calls / 1e6), `${formatCount(s.calls)} call${s.calls === 1 ? '' : 's'} recorded`),
    tile('Threads at work', formatNumber(s.busy_threads), `at a time, of ${s.threads_at_work} that took part`),
    tile('Parallel efficiency', `${Math.round(s.efficiency * 100)}%`, 'of their time is work'),
    tile('Useful threads', formatCount(s.useful_threads), 'for one call at a time'),
    tile('Work of a call', formatTime(s.work_ns / calls / 1e6), `${formatTime(s.span_ns / calls / 1e6)} with threads without end`),
    tile('Memory taken', formatBytes(s.allocated_bytes / calls), 'by the operators of a call'),
  ];
  if (s.tasks > 0) {
    tiles.push(tile('Forked tasks', formatCount(s.tasks / calls), `a call; ${formatTime(s.queue_time_ns / s.tasks / 1e6)} in the queue each`));
  }
  return element('section', { class: 'card', id: 'summary' }, element('dl', { class: 'tiles' }, tiles),
    s.limit ? element('p', { class: 'verdict' }, s.limit) : '');
}

function timeTable(rows, calls, title, onSearch) {
  const body = rows.slice(0, 60).map((row) => {
    const search = () => onSearch(row.name);
    return element('tr', { tabindex: '0', onclick: search, onkeydown: (event) => event.key === 'Enter' && search() },
      element('td', { class: 'name', title: row.name }, row.name, row.detail && row.detail !== row.name ? element('code', {}, row.detail) : ''),
      element('td', {}, formatCount(row.calls / calls)),
      element('td', {}, formatTime(row.time_ns / calls / 1e6)),
      element('td', { class: 'wide' }, formatTime(row.thread_time_ns / calls / 1e6)),
      element('td', { class: 'wide' }, formatBytes(row.bytes / calls)),
      element('td', {}, `${(row.share * 100).toFixed(1)}%`),
      element('td', { class: 'bar wide' }, element('i', { style: `width:${Math.max(row.share * 90, 1)}px` })));
  });
  return element('table', {},
    element('thead', {}, element('tr', {}, element('th', { class: 'name' }, title), element('th', {}, 'times'), element('th', {}, 'time'),
      element('th', { class: 'wide' }, 'all threads'), element('th', { class: 'wide' }, 'memory'), element('th', {}, 'share'), element('th', { class: 'wide' }))),
    element('tbody', {}, body));
}

function pathTable(summary, onSearch) {
  const whole = Math.max(summary.call_time_ns, 1);
  const calls = Math.max(summary.calls, 1);
  const body = summary.critical_path.slice(0, 60).map((step) => {
    const search = () => onSearch(step.place || step.name);
    return element('tr', { tabindex: '0', onclick: search, onkeydown: (event) => event.key === 'Enter' && search() },
      element('td', { class: 'name' }, step.name, step.place ? element('code', {}, step.place) : ''),
      element('td', {}, formatTime(step.time_ns / calls / 1e6)),
      element('td', {}, `${((100 * step.time_ns) / whole).toFixed(1)}%`),
      element('td', { class: 'bar wide' }, element('i', { style: `width:${Math.max((step.time_ns / whole) * 90, 1)}px` })));
  });
  return element('table', {},
    element('thead', {}, element('tr', {}, element('th', { class: 'name' }, 'what decided when a call ended'), element('th', {}, 'time'), element('th', {}, 'share'), element('th', { class: 'wide' }))),
    element('tbody', {}, body));
}

export function tablesCard(data, onSearch) {
  const s = data.summary;
  const calls = Math.max(s.calls, 1);
  const tabs = [
    ['Operators', () => timeTable(s.operators, calls, 'operator', onSearch)],
    ['Lines', () => timeTable(s.lines, calls, 'line', onSearch)],
    ['Modules', () => timeTable(s.modules, calls, 'module', onSearch)],
    ['Critical path', () => pathTable(s, onSearch)],
  ];
  const place = element('div', { class: 'scroll', role: 'tabpanel' });
  const buttons = tabs.map(([name, make]) =>
    element('button', { role: 'tab', onclick: () => choose(name, make) }, name));
  function choose(name, make) {
    for (const button of buttons) button.setAttribute('aria-selected', button.textContent === name);
    place.replaceChildren(make());
  }
  choose(...tabs[0]);
  return element('section', { class: 'card', id: 'tables' }, element('div', { role: 'tablist' }, buttons), place,
    element('p', { class: 'quiet' }, 'A call, on the average of those recorded. A click finds the row in the timeline.'));
}
