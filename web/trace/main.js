import '../common/theme.css';
import './trace.css';
import { readData } from '../common/data.js';
import { element } from '../common/dom.js';
import { formatCount, formatTime } from '../common/format.js';
import { showDetails } from './details.js';
import { Kind, readModel, titleOf } from './model.js';
import { Overview } from './overview.js';
import { summaryCard, tablesCard } from './summary.js';
import { Timeline } from './timeline.js';

const data = readData();
const model = readModel(data);
const calls = model.threads.flatMap((thread) => thread.spans).filter((span) => span.kind === Kind.call);

document.getElementById('title').textContent = `${data.model.split('/').pop()} · ${data.method}`;
const { config } = data;
const count = (number, what) => `${number} ${what} thread${number === 1 ? '' : 's'}`;
document.getElementById('subtitle').textContent = [
  count(config.inference_threads, 'inference'), count(config.interop_threads, 'inter-op'),
  `${count(config.threads, 'intra-op')} (${config.backend})`, `${formatTime(model.duration / 1e6)} recorded`,
].join(' · ');

const search = element('input', { type: 'search', id: 'search', placeholder: 'Operator, line, module…', 'aria-label': 'Search the timeline' });
const found = element('span', { class: 'quiet', id: 'found', 'aria-live': 'polite' });
const canvas = element('canvas', { id: 'timeline', tabindex: '0', role: 'img', 'aria-label': 'Timeline: a row for each thread. Arrow keys move, plus and minus zoom.' });
const strip = element('canvas', { id: 'overview' });
const details = element('div', { id: 'details' });
const button = (text, title, onclick) => element('button', { title, onclick }, text);
const swatch = (color, text) => element('span', {}, element('i', { style: `background:${color}` }), text);
const dropped = model.threads.reduce((sum, thread) => sum + thread.dropped, 0);

const timelineCard = element('section', { class: 'card', id: 'threads' },
  element('div', { class: 'tools' },
    element('h2', {}, 'Who ran what, when'), search, found,
    button('−', 'Zoom out', () => timeline.zoom(1 / 1.6)), button('+', 'Zoom in', () => timeline.zoom(1.6)),
    button('One call', 'The next call', nextCall), button('All', 'The whole trace', () => timeline.show(0, model.duration))),
  element('div', {}, strip),
  element('div', {}, canvas),
  element('p', { class: 'legend' },
    swatch('var(--trace-call)', 'call'), swatch('var(--series-1)', 'operator (a colour for each kind)'), swatch('var(--trace-task)', 'forked task'),
    swatch('var(--trace-wait)', 'wait'), swatch('var(--trace-idle)', 'no work'),
    swatch('var(--accent)', '→ fork to start'), swatch('var(--series-3)', '→ end to wait'),
    element('span', {}, 'Drag to move; click, then turn the wheel to zoom; double-click a box to see it large.')),
  dropped > 0 ? element('p', { class: 'quiet' }, `${formatCount(dropped)} events found no room and are missing here.`) : '',
  details);

document.getElementById('main').append(summaryCard(data), timelineCard, tablesCard(data, searchFor));

const go = (span) => {
  timeline.showSpan(span);
  timeline.select(span);
};
let overview = null;
const timeline = new Timeline(canvas, model, {
  onSelect: (span) => showDetails(details, span, model, go),
  onView: () => overview?.show(timeline.begin, timeline.end),
});
overview = new Overview(strip, model, (begin, end) => timeline.show(begin, end));
if (calls.length > 0) showCall(calls[Math.floor(calls.length / 2)]);

function showCall(call) {
  const margin = (call.end - call.begin) * 0.03;
  timeline.show(call.begin - margin, call.end + margin);
}

function nextCall() {
  const middle = (timeline.begin + timeline.end) / 2;
  const next = calls.find((call) => call.begin > middle) ?? calls[0];
  if (next) showCall(next);
}

// Search: what a span is called, and its line, function and module.
function textOf(span) {
  const source = span.operator ?? span;
  const [, place, fn, module, text, root] = model.labels[source.label] ?? [];
  return [titleOf(span), place, fn, root && module ? `${root}.${module}` : root, text].join('\n').toLowerCase();
}
let matches = [];
let next = 0;
function runSearch() {
  const wanted = search.value.trim().toLowerCase();
  next = 0;
  if (!wanted) {
    matches = [];
    found.textContent = '';
    timeline.setMatches(null);
    return;
  }
  const spans = model.threads.flatMap((thread) => thread.lanes.flat()).filter((span) => span.kind !== Kind.idle && textOf(span).includes(wanted));
  matches = spans.filter((span) => span.kind !== Kind.chunk && span.kind !== Kind.region).sort((a, b) => a.begin - b.begin);
  const time = matches.reduce((sum, span) => sum + span.end - span.begin, 0);
  found.textContent = matches.length === 0 ? 'nothing found' : `${formatCount(matches.length)} found, ${formatTime(time / 1e6)}`;
  timeline.setMatches(new Set(spans));
}
function searchFor(text) {
  search.value = text;
  runSearch();
  timelineCard.scrollIntoView({ block: 'start' });
}
search.addEventListener('input', runSearch);
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || matches.length === 0) return;
  go(matches[next % matches.length]);
  next += 1;
});

// For the tests.
window.heddle = { model, timeline };
