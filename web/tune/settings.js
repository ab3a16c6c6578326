// Words and groups of settings.
export const countOf = (count, name) => `${count} ${name}${count === 1 ? '' : 's'}`;

export const measured = (setting) => Boolean(setting.latency_ms);

export function describe(setting, model) {
  const parts = [countOf(setting.inference_threads, 'inference thread'), countOf(setting.threads, 'intra-op thread')];
  if (model.forks) parts.push(countOf(setting.interop_threads, 'inter-op thread'));
  if (model.batched) parts.push(`batch ${setting.batch}`);
  return parts.join(', ');
}

export const distinct = (settings, key) => [...new Set(settings.map((setting) => setting[key]))].sort((a, b) => a - b);

// By the value of a key, in order of the keys.
export function groupBy(settings, key) {
  return distinct(settings, key).map((value) => [value, settings.filter((setting) => setting[key] === value)]);
}

// Those that no other beats in both latency and throughput, by latency.
export function frontier(settings) {
  const order = [...settings].sort((a, b) => a.latency_ms.mean.value - b.latency_ms.mean.value);
  let most = 0;
  return order.filter((setting) => {
    if (setting.throughput_per_s.value <= most) return false;
    most = setting.throughput_per_s.value;
    return true;
  });
}
