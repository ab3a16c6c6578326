// Numbers as people read them.

// Three significant digits: 0.0123, 1.23, 12.3, 123, 1 230.
export function formatNumber(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return Math.round(value).toLocaleString('en-US').replaceAll(',', '\u202f');
  if (size < 0.001) return value.toExponential(1);
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size))));
}

// How many there are: whole numbers as they are.
export function formatCount(value) {
  return Number.isInteger(value) ? value.toLocaleString('en-US').replaceAll(',', '\u202f') : formatNumber(value);
}

// Milliseconds in the unit that suits: 830 µs, 12.3 ms, 2.4 s.
export function formatTime(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  if (ms === 0) return '0';
  if (Math.abs(ms) < 1) return `${formatNumber(ms * 1000)} µs`;
  if (Math.abs(ms) < 1000) return `${formatNumber(ms)} ms`;
  return `${formatNumber(ms / 1000)} s`;
}

export function formatBytes(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (bytes >= 1000 && i + 1 < units.length) {
    bytes /= 1000;
    ++i;
  }
  return `${formatNumber(bytes)} ${units[i]}`;
}

// Where a band's value lies, and how surely: "95%: 12.1 ms to 12.6 ms"; nothing where too little was measured to say.
export function formatRange(band, format) {
  if (!band.confidence) return '';
  return `${Math.round(band.confidence * 100)}%: ${format(band.low)} to ${format(band.high)}`;
}

// Half of a band's width as a part of its value, "±3%"; nothing where it is not known.
export function formatSpread(band) {
  return band.confidence ? `±${Math.round((band.high - band.low) / band.value * 50)}%` : '';
}
