// The report page of `heddle tune`.
import assert from 'node:assert/strict';
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

test('data with markup stays text, and nobody is asked for anything', async () => {
  const file = join(folder, 'markup.html');
  await fillPage(template, { title: '</script><script>throw 1</script><b>&' }, file);
  const page = await openPage(browser, file);
  assert.equal(await page.textContent('h1'), '</script><script>throw 1</script><b>&');
  assert.deepEqual(page.troubles, []);
  assert.ok(await fitsWidth(page));
});
