// A page of the command in headless Chromium, as its tests and pictures need it.
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const kPrograms = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function startBrowser() {
  const { existsSync } = await import('node:fs');
  const program = process.env.HEDDLE_CHROMIUM ?? kPrograms.find(existsSync);
  if (!program) throw new Error('no Chromium: scripts/setup --tests installs it, HEDDLE_CHROMIUM names another');
  // Root has no sandbox; the pages are our own.
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

// Opens the file and gives the page, whose list `troubles` holds what it should not have done: errors, messages on the
// console, requests.
export async function openPage(browser, file, { scheme = 'light', width = 1280, height = 900, scale = 1 } = {}) {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(120000);  // a busy machine takes its time
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  page.troubles = [];
  page.on('pageerror', (error) => page.troubles.push(`error: ${error.message}`));
  page.on('console', (message) => page.troubles.push(`console: ${message.text()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !url.startsWith('data:') && !url.startsWith('blob:')) page.troubles.push(`request: ${url}`);
  });
  await page.goto(address);
  return page;
}

// The template with data in it, as cli/web_page.cpp does it.
export async function fillPage(template, data, file) {
  const html = await readFile(template, 'utf8');
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  await writeFile(file, html.replace('@HEDDLE_DATA@', () => json));
}

// Whether nothing sticks out to the right.
export async function fitsWidth(page) {
  return page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}
