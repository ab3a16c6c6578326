// The page of `heddle trace --report`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fillPage, fitsWidth, openPage, startBrowser } from './browser.mjs';

const template = join(process.env.HEDDLE_PAGES_FOLDER, 'trace.html');
const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const kCall = 0, kOperator = 1, kFork = 2, kTask = 3, kWait = 4, kRegion = 5, kChunk = 6, kIdle = 7;
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

// A call of 10 ms that forks a task, divides a product in two chunks and waits.
function data(changes = {}) {
  const row = (name, time_ns) => ({ name, detail: '', calls: 1, time_ns, thread_time_ns: time_ns, share: 0.5, bytes: 4096 });
  return {
    model: 'm.pt',
    method: 'forward',
    config: { threads: 2, interop_threads: 1, inference_threads: 1, backend: 'OMP' },
    summary: {
      calls: 1, call_time_ns: 1e7, active_time_ns: 1e7, busy_time_ns: 1.5e7, threads_at_work: 3, busy_threads: 1.5, efficiency: 0.5,
      tasks: 1, queue_time_ns: 1e6, allocated_bytes: 4096, work_ns: 1.5e7, span_ns: 8e6, parallelism: 1.9, useful_threads: 2,
      limit: 'This model cannot use more than 2 threads because <b>.',
      operators: [row('aten::mm', 4e6), row('aten::lstm', 4e6)], lines: [row('m.py:3', 4e6)], modules: [row('M.first', 4e6)],
      critical_path: [{ name: 'aten::lstm', place: 'm.py:7', time_ns: 4e6 }],
    },
    duration: 1e7,
    names: ['M.forward', 'aten::mm', 'fork in M.forward', 'wait', 'parallel_for', 'chunk', 'sleeps', 'aten::lstm', 'float32[8, 8]', 'tiles'],
    labels: [['', '', '', '', '', ''], ['aten::mm', 'm.py:3', '__torch__.M.forward', 'first', 'y = torch.mm(x, <script>)', 'M'],
      ['aten::lstm', 'm.py:7', '__torch__.M.forward', '', 'self.lstm(x)', 'M']],
    threads: [
      { name: 'inference 1', role: 0, system_id: 7, dropped: 0, spans: [
        [kCall, 0, 1e7, 0, 1, 0, 0, 0],
        [kTask, 0, 6e6, 0, 1, 0, 20, 0],
        [kFork, 1e6, 0, 2, 2, 1, 0, 0],
        [kOperator, 2e6, 4e6, 1, 1, 0, 0, 1, { i: [8], o: [8], b: 4096, m: 9, f: 8e6 }],
        [kRegion, 2.5e6, 3e6, 4, 9, 0, 0, 0, { n: 64, g: 8, h: 1 }],
        [kChunk, 2.5e6, 3e6, 5, 9, 0, 0, 0],
        [kWait, 6e6, 3e6, 3, 1, 2, 2, 0]] },
      { name: 'inter-op 1', role: 1, system_id: 8, dropped: 0, spans: [
        [kIdle, 0, 3e6, 6, 0, 0, 1, 0],
        [kTask, 3e6, 5e6, 2, 2, 0, 4, 0],
        [kOperator, 3.5e6, 4e6, 7, 2, 0, 0, 2, { i: [8], o: [], b: 0 }]] },
      { name: 'intra-op 1', role: 2, system_id: 9, dropped: 0, spans: [[kChunk, 2.6e6, 2e6, 5, 9, 1, 1, 0]] },
    ],
    ...changes,
  };
}

async function open(name, content, options) {
  const file = join(folder, `${name}.html`);
  await fillPage(template, content, file);
  return openPage(browser, file, options);
}

// Where a span is drawn, as a mouse finds it.
async function centre(page, name) {
  return page.evaluate((wanted) => {
    const { model, timeline } = window.heddle;
    const span = model.threads.flatMap((t) => t.lanes.flat()).find((s) => s.name === wanted);
    const [x, y] = timeline.place(span, (Math.max(span.begin, timeline.begin) + Math.min(span.end, timeline.end)) / 2);
    document.getElementById('timeline').scrollIntoView({ block: 'center' });
    const box = document.getElementById('timeline').getBoundingClientRect();
    return [box.left + x, box.top + y];
  }, name);
}

test('a click tells what an operator was given, where it stands and what it took', async () => {
  const page = await open('click', data());
  await page.mouse.click(...(await centre(page, 'aten::mm')));
  const details = await page.textContent('#details');
  for (const wanted of ['aten::mm', 'float32[8, 8]', 'm.py:3', 'M.first', 'tiles', '4.10 kB', '2.00 GFLOP/s', 'y = torch.mm(x, <script>)']) {
    assert.ok(details.includes(wanted), `${wanted} in ${details}`);
  }
  await page.mouse.click(...(await centre(page, 'fork in M.forward')));
  assert.match(await page.textContent('#details'), /From fork to start2\.00 ms/);
  await page.mouse.click(...(await centre(page, 'wait')));
  await page.click('text=what it waits for');
  assert.match(await page.textContent('#details'), /fork in M\.forward/);
  assert.deepEqual(page.troubles, []);
});

test('lanes, arrows and chunks are where they belong', async () => {
  const page = await open('lanes', data());
  const facts = await page.evaluate(() => {
    const { model } = window.heddle;
    const lanes = Object.fromEntries(model.threads.flatMap((t) => t.lanes.flat()).filter((s) => s.kind !== 6).map((s) => [s.name, s.lane]));
    const helper = model.threads[2].spans[0];
    return { lanes, arrows: model.arrows.map((a) => [a.kind, a.fromTime, a.toTime]), owner: helper.operator.name, counts: model.threads.map((t) => t.lanes.length) };
  });
  assert.deepEqual(facts.lanes, { 'M.forward': 0, 'aten::mm': 1, parallel_for: 2, wait: 1, sleeps: 0, 'fork in M.forward': 0, 'aten::lstm': 1 });
  assert.deepEqual(facts.arrows, [['starts', 1e6, 3e6], ['ends', 8e6, 9e6]]);
  assert.equal(facts.owner, 'aten::mm');
  assert.deepEqual(facts.counts, [3, 2, 1]);
});

test('search, keys and buttons', async () => {
  const page = await open('search', data());
  await page.fill('#search', 'm.py:7');
  assert.match(await page.textContent('#found'), /^1 found, 4\.00 ms/);
  await page.press('#search', 'Enter');
  assert.match(await page.textContent('#details'), /aten::lstm/);
  await page.fill('#search', 'nothing of the kind');
  assert.equal(await page.textContent('#found'), 'nothing found');
  await page.fill('#search', '');
  const length = () => page.evaluate(() => window.heddle.timeline.end - window.heddle.timeline.begin);
  await page.click('button:has-text("All")');
  assert.equal(await length(), 1e7);
  await page.focus('#timeline');
  await page.keyboard.press('+');
  assert.ok((await length()) < 1e7);
  const begin = await page.evaluate(() => window.heddle.timeline.begin);
  await page.keyboard.press('ArrowRight');
  assert.ok((await page.evaluate(() => window.heddle.timeline.begin)) > begin);
  await page.click('[role=tab]:has-text("Critical path")');
  assert.match(await page.textContent('#tables'), /aten::lstmm\.py:7/);
  await page.click('#tables tbody tr');
  assert.equal(await page.inputValue('#search'), 'm.py:7');
  assert.deepEqual(page.troubles, []);
});

test('light, dark and a phone; markup stays text', async () => {
  for (const [name, options] of Object.entries({ light: {}, dark: { scheme: 'dark' }, phone: { width: 390, height: 800, scale: 2 } })) {
    const page = await open(name, data({ model: '</script><b>m.pt' }), options);
    assert.ok(await fitsWidth(page), name);
    assert.equal(await page.textContent('h1'), 'script><b>m.pt · forward');
    assert.ok((await page.textContent('.verdict')).includes('<b>'));
    assert.deepEqual(page.troubles, []);
  }
});

test('an empty trace and a long one', async () => {
  const empty = await open('empty', data({ threads: [], duration: 0 }));
  assert.deepEqual(empty.troubles, []);
  const content = data();
  content.threads[0].spans = [[kCall, 0, 1e7, 0, 1, 0, 0, 0]];
  for (let i = 0; i < 60000; ++i) content.threads[0].spans.push([kOperator, i * 160, 150, 1 + (i % 2) * 6, 1, 0, 0, 1 + (i % 2), { i: [8], o: [8], b: 0 }]);
  const long = await open('long', content);
  const boxes = await long.evaluate(async () => {
    const { timeline } = window.heddle;
    let count = 0;
    const paint = timeline.paintSpan;
    timeline.paintSpan = function (...a) { count += 1; return paint.apply(this, a); };
    timeline.paint();
    return [count, timeline.width];
  });
  assert.ok(boxes[0] < 8 * boxes[1], `${boxes[0]} boxes for ${boxes[1]} pixels`);
  assert.deepEqual(long.troubles, []);
});

test('the page of a real run', { skip: !process.env.HEDDLE }, async () => {
  const file = join(folder, 'digits.html');
  execFileSync(process.env.HEDDLE, ['trace', 'models/digits/digits.pt', 'float32[1,1,8,8]', '--interop-threads', '2', '--report', file], { cwd: repository });
  const page = await openPage(browser, file);
  const facts = await page.evaluate(() => {
    const { model } = window.heddle;
    return { calls: model.threads.flatMap((t) => t.spans).filter((s) => s.kind === 0).length, starts: model.arrows.filter((a) => a.kind === 'starts').length };
  });
  assert.deepEqual(facts, { calls: 5, starts: 10 });
  assert.match(await page.textContent('#tables'), /heddle::convolution/);
  assert.deepEqual(page.troubles, []);
});
