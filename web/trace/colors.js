// Colours from the style sheet, so that they follow light and dark.
import { Kind } from './model.js';

const kSeries = 6;

function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; ++i) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

export function readColors() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  const series = [];
  for (let i = 1; i <= kSeries; ++i) series.push(read(`--series-${i}`));
  return {
    series,
    text: read('--text'),
    quiet: read('--quiet'),
    line: read('--line'),
    grid: read('--grid'),
    card: read('--card'),
    accent: read('--accent'),
    call: read('--trace-call'),
    task: read('--trace-task'),
    wait: read('--trace-wait'),
    idle: read('--trace-idle'),
    onSeries: read('--trace-on-series'),
    mono: read('--mono'),
    sans: read('--sans'),
  };
}

// Operators of one family ("conv2d", "convolution") have one colour in all traces of a kind.
export function colorOf(span, colors) {
  switch (span.kind) {
    case Kind.call:
      return colors.call;
    case Kind.task:
      return colors.task;
    case Kind.wait:
      return colors.wait;
    case Kind.idle:
      return colors.idle;
    case Kind.range:
      return colors.line;
    default: {
      const name = span.kind === Kind.operator ? span.name : span.operator?.name;
      if (!name) return colors.quiet;
      return colors.series[hash(name.replace(/^\w+::_?/, '').split('.')[0]) % colors.series.length];
    }
  }
}
