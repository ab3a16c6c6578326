// The report page of `heddle tune`: one that the command writes, and one of made-up numbers that has everything.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fillPage, fitsWidth, openPage, startBrowser } from './browser.mjs';

const template = join(process.env.HEDDLE_PAGES_FOLDER, 'tune.html');
let browser;
let folder;
before(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'heddle-pages-'));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

const band = (value) => ({ value, low: value * 0.95, high: value * 1.05, confidence: 0.95 });
const unbounded = (value) => ({ value, low: null, high: null, confidence: 0 });

function madeUp() {
  const settings = [];
  for (const batch of [1, 4]) {
    for (const interop of [1, 2]) {
      for (const callers of [1, 2, 4, 8]) {
        for (const threads of [1, 2, 4, 8]) {
          const mean = 10 * batch * (0.2 + 0.8 / threads) * Math.max(1, callers * threads / 4);
          settings.push({
            threads, interop_threads: interop, inference_threads: callers, batch, status: 'slower',
            oversubscribed: callers > 4 || threads > 4, rounds: 5, calls: 100,
            latency_ms: { min: mean * 0.9, mean: band(mean), p50: mean, p90: mean * 1.1, p99: band(mean * 1.3) },
            throughput_per_s: band(1000 * callers * batch / mean), against_best: band(mean / 3),
          });
        }
      }
    }
  }
  // Measured once.
  Object.assign(settings[4], { rounds: 1, throughput_per_s: unbounded(settings[4].throughput_per_s.value) });
  settings[4].latency_ms.mean = unbounded(settings[4].latency_ms.mean.value);
  settings[2].status = 'chosen';
  settings[3].status = 'within noise';
  settings.push({ threads: 1, interop_threads: 1, inference_threads: 1, batch: 64, status: 'failed',
                  oversubscribed: false, error: '</script><b>no memory' });
  return {
    kind: 'heddle tune', date: '2026-01-02T03:04:05Z', settings, chosen: 2, best: 2, cores: 4, rounds: 9, seconds: 12,
    interrupted: false, within_goal: true,
    model: { name: '</script><script>throw 1</script>&.pt', path: '/models/m.pt', method: 'forward', inputs: ['float32[1,3]'],
             load_ms: 3, first_ms: 5, bytes: 1e6, forks: true, batched: true },
    goal: { goal: 'throughput', p99_ms: 20, rate_per_s: null, budget_s: 60 },
    advice: ['Oversubscription: it takes 83 us.', 'No setting keeps p99 within 1 ms.'],
    code: { cpp: 'heddle::set_num_threads(4);', python: 'heddle.set_num_threads(4)', environment: 'export OMP_NUM_THREADS=4' },
    parallel: { backend: 'OMP', libraries: [{ name: 'oneDNN', version: '2.6' }],
                machine: { hardware_concurrency: 8, affinity: [0, 1, 2, 3], physical_cores: 4, cgroup_quota: null } },
    processor: 'A processor',
  };
}

test('a page that the command writes', async () => {
  const file = join(folder, 'product.html');
  execFileSync(process.env.HEDDLE, ['tune', '--matmul', '32', '--max-threads', '2', '--budget', '500ms', '--report', file]);
  const page = await openPage(browser, file);
  assert.match(await page.textContent('h1'), /32 x 32 matrix product/);
  assert.ok(await page.locator('#runtime svg path').count() > 2);
  assert.equal(await page.locator('#settings tbody tr').count(), 2);
  assert.deepEqual(page.troubles, []);
});

test('every chart, table and fact, in both schemes and on a phone', async () => {
  const file = join(folder, 'model.html');
  const report = madeUp();
  await fillPage(template, report, file);
  for (const view of [{}, { scheme: 'dark', width: 390 }]) {
    const page = await openPage(browser, file, view);
    assert.equal(await page.textContent('h1'), report.model.name);  // markup stays text
    for (const id of ['runtime', 'throughput', 'balance', 'heat']) {
      assert.ok(await page.locator(`#${id} svg path`).count() > 3, id);
    }
    assert.equal(await page.locator('#settings tbody tr').count(), report.settings.length);
    assert.match(await page.textContent('#choice'), /1inference thread4intra-op threads1inter-op thread1batch/);
    assert.match(await page.textContent('#advice'), /83 µs/);
    assert.match(await page.textContent('#facts'), /A processor/);
    // All but the one measured once say how sure they are, of the mean and of the throughput.
    assert.equal(await page.locator('#settings td', { hasText: '±5%' }).count(), 2 * 63);
    assert.doesNotMatch(await page.innerText('body'), /±0%|NaN|null|undefined/);
    assert.ok(await fitsWidth(page), JSON.stringify(view));
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test('people sort, pick a plane and read the code', async () => {
  const file = join(folder, 'used.html');
  await fillPage(template, madeUp(), file);
  const page = await openPage(browser, file);
  const first = () => page.textContent('#settings tbody tr:first-child');
  await page.locator('th button', { hasText: 'Inputs/s' }).click();
  const slowest = await first();
  await page.locator('th button', { hasText: 'Inputs/s' }).click();
  assert.notEqual(await first(), slowest);
  assert.equal(await page.getAttribute('th[aria-sort]', 'aria-sort'), 'descending');
  const before = await page.innerHTML('#runtime');
  await page.selectOption('select[aria-label="Batch"] >> nth=0', '4');
  await page.waitForFunction((old) => document.querySelector('#runtime').innerHTML !== old, before);
  await page.click('button:has-text("Python")');
  assert.equal(await page.textContent('.code pre'), 'heddle.set_num_threads(4)');
  assert.deepEqual(page.troubles, []);
});
