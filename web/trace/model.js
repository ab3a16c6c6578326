// The recording as the timeline draws it: threads with lanes of spans that do not overlap, and arrows between spans.
export const Kind = { call: 0, operator: 1, fork: 2, task: 3, wait: 4, region: 5, chunk: 6, idle: 7, range: 8 };
const kEndMask = 3;
const kSuspended = 2;
const kFirst = 4;
const kOfCall = 16;
const kGaveThreadBack = 1;

function readSpan(row, data, thread) {
  const [kind, begin, duration, name, id, other, detail, label, extra] = row;
  return { kind, begin, end: begin + duration, name: data.names[name], id, other, detail, label, extra, thread };
}

function isDrawn(span) {
  if (span.kind === Kind.fork) return false;
  if (span.kind === Kind.task) return !(span.detail & kOfCall);
  if (span.kind === Kind.wait) return span.detail !== kGaveThreadBack && span.end > span.begin;
  return true;
}

// Spans come by begin, the outer first. Idle time lies in the first lane; a region's chunks lie in its own.
function putInLanes(thread) {
  const open = [];
  for (const span of thread.spans) {
    if (!isDrawn(span)) continue;
    // Clock readings of neighbours may cross by a hair.
    while (open.length > 0 && open[open.length - 1].end <= span.begin) open.pop();
    const outer = open[open.length - 1];
    span.outer = outer;
    span.lane = outer ? outer.lane + (span.kind === Kind.chunk && outer.kind === Kind.region ? 0 : 1) : 0;
    if (span.kind !== Kind.idle) open.push(span);
    (thread.lanes[span.lane] ??= []).push(span);
  }
  for (let i = 0; i < thread.lanes.length; ++i) thread.lanes[i] ??= [];
}

function enclosing(span, kind) {
  let at = span.outer;
  while (at && at.kind !== kind) at = at.outer;
  return at;
}

// Chunks and regions are known by the operator they are part of, on whichever thread.
function nameRegions(threads) {
  const owners = new Map();
  for (const thread of threads) {
    for (const span of thread.spans) {
      if (span.kind === Kind.region) owners.set(span.id, { region: span, operator: enclosing(span, Kind.operator) });
    }
  }
  for (const thread of threads) {
    for (const span of thread.spans) {
      if (span.kind !== Kind.chunk && span.kind !== Kind.region) continue;
      const owner = owners.get(span.id);
      span.region = owner?.region;
      span.operator = owner?.operator;
    }
  }
}

function findArrows(threads) {
  const forks = new Map();
  const starts = new Map();
  const ends = new Map();
  for (const thread of threads) {
    for (const span of thread.spans) {
      if (span.kind === Kind.fork) forks.set(span.id, span);
      if (span.kind !== Kind.task) continue;
      if (span.detail & kFirst) starts.set(span.id, span);
      if ((span.detail & kEndMask) !== kSuspended) ends.set(span.id, span);
    }
  }
  const arrows = [];
  for (const [id, fork] of forks) {
    const start = starts.get(id);
    if (start) arrows.push({ kind: 'starts', task: id, from: fork, fromTime: fork.begin, to: start, toTime: start.begin });
  }
  for (const thread of threads) {
    for (const span of thread.spans) {
      if (span.kind !== Kind.wait || span.end === span.begin) continue;
      const end = ends.get(span.other);
      if (end && end.end <= span.end) {
        arrows.push({ kind: 'ends', task: span.other, from: end, fromTime: end.end, to: span, toTime: span.end });
      }
    }
  }
  return { arrows, forks, starts, ends };
}

// How many threads are at work in each of so many equal parts of the time.
export function activity(model, parts) {
  const busy = new Float64Array(parts);
  const width = model.duration / parts;
  for (const thread of model.threads) {
    let reached = 0;
    for (const span of thread.spans) {
      if (span.kind !== Kind.task && span.kind !== Kind.chunk) continue;
      const begin = Math.max(span.begin, reached);
      reached = Math.max(reached, span.end);
      if (begin >= span.end) continue;
      const last = Math.min(parts - 1, Math.floor(span.end / width));
      for (let i = Math.min(parts - 1, Math.floor(begin / width)); i <= last; ++i) {
        busy[i] += Math.max(0, Math.min(span.end, (i + 1) * width) - Math.max(begin, i * width)) / width;
      }
    }
  }
  return busy;
}

export function readModel(data) {
  const threads = data.threads.map((thread) => ({ ...thread, lanes: [] }));
  for (const thread of threads) {
    thread.spans = thread.spans.map((row) => readSpan(row, data, thread));
    putInLanes(thread);
    let reached = 0;
    thread.busy = 0;
    for (const span of thread.spans) {
      if (span.kind !== Kind.task && span.kind !== Kind.chunk) continue;
      thread.busy += Math.max(0, span.end - Math.max(span.begin, reached));
      reached = Math.max(reached, span.end);
    }
  }
  nameRegions(threads);
  return { threads, duration: Math.max(data.duration, 1), labels: data.labels, names: data.names, ...findArrows(threads) };
}

export const roleNames = ['inference thread', 'inter-op pool', 'intra-op helper'];

// What a span is called where people read it.
export function titleOf(span) {
  if (span.kind === Kind.wait) return 'wait';
  if (span.kind === Kind.chunk || span.kind === Kind.region) return span.operator?.name ?? 'parallel_for';
  return span.name;
}
