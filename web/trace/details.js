// What a click on a span shows.
import { element } from '../common/dom.js';
import { formatBytes, formatNumber, formatTime } from '../common/format.js';
import { Kind, roleNames, titleOf } from './model.js';

const ms = (ns) => formatTime(ns / 1e6);

const kindNames = {
  [Kind.call]: 'call of the model',
  [Kind.operator]: 'operator',
  [Kind.task]: 'forked task',
  [Kind.wait]: 'wait',
  [Kind.region]: 'parallel_for',
  [Kind.chunk]: 'chunk of a parallel_for',
  [Kind.idle]: 'no work',
  [Kind.range]: 'named by the application',
};

function operatorFacts(span, model) {
  const [, place, fn, module, , root] = model.labels[span.label] ?? [];
  const extra = span.extra ?? {};
  const shapes = (list) => (list ?? []).map((i) => model.names[i]).join(', ');
  const nanoseconds = Math.max(span.end - span.begin, 1);
  return [
    ['Inputs', shapes(extra.i)],
    ['Outputs', shapes(extra.o)],
    ['Memory taken', extra.b ? formatBytes(extra.b) : ''],
    ['Implementation', extra.m === undefined ? '' : model.names[extra.m]],
    ['Speed', extra.f ? `${formatNumber(extra.f / nanoseconds)} GFLOP/s (${formatNumber(extra.f / 1e6)} MFLOP)` : ''],
    ['Line', place],
    ['Function', fn],
    ['Module', module ? `${root}.${module}` : root],
  ];
}

function regionFacts(region) {
  if (!region?.extra) return [];
  const { n, g, h } = region.extra;
  return [['Divided', `${formatNumber(n)} items, at least ${formatNumber(g)} a part; ${h === 0 ? 'no helper came' : `${h} helper${h === 1 ? '' : 's'} asked for`}`]];
}

function taskFacts(span, model) {
  const fork = model.forks.get(span.id);
  const start = model.starts.get(span.id);
  if (!fork || !start) return [];
  return [['From fork to start', ms(start.begin - fork.begin)]];
}

function factsOf(span, model) {
  const facts = [
    ['Time', `${ms(span.end - span.begin)}, from ${ms(span.begin)} on`],
    ['Thread', `${span.thread.name} (${roleNames[span.thread.role]})`],
  ];
  switch (span.kind) {
    case Kind.operator:
      return [...facts, ...operatorFacts(span, model)];
    case Kind.task:
      return [...facts, ['Function', model.labels[span.label]?.[2]], ...taskFacts(span, model)];
    case Kind.call:
      return [...facts, ['Function', model.labels[span.label]?.[2]]];
    case Kind.wait:
      return [
        ...facts,
        ['Waits for', model.starts.get(span.other)?.name ?? 'no task of this trace'],
        ['How', ['ran it on this thread', 'gave its thread back', 'blocked'][span.detail]],
      ];
    case Kind.region:
      return [...facts, ...regionFacts(span)];
    case Kind.chunk:
      return [...facts, ['Chunk', `number ${span.other}, participant ${span.detail}`], ...regionFacts(span.region)];
    default:
      return facts;
  }
}

// Buttons to what belongs to it.
function linksOf(span, model, go) {
  const links = [];
  const add = (text, target) => target && target !== span && links.push(element('button', { onclick: () => go(target) }, text));
  add('its operator', span.operator);
  if (span.kind === Kind.task) add('the fork', model.forks.get(span.id)?.thread.lanes.flat().find((s) => s.kind !== Kind.idle && s.begin <= model.forks.get(span.id).begin && s.end >= model.forks.get(span.id).begin && (s.kind === Kind.task || s.kind === Kind.call)));
  if (span.kind === Kind.wait) add('what it waits for', model.ends.get(span.other));
  return links;
}

export function showDetails(place, span, model, go) {
  place.replaceChildren();
  if (!span) return;
  const source = span.kind === Kind.operator ? model.labels[span.label]?.[4] : '';
  const links = linksOf(span, model, go);
  place.append(
    element('h3', {}, titleOf(span), ' ', element('span', { class: 'quiet' }, kindNames[span.kind])),
    element('dl', {}, factsOf(span, model).filter(([, value]) => value).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    source ? element('pre', {}, source) : '',
    links.length > 0 ? element('p', { class: 'links' }, links) : '',
  );
}
