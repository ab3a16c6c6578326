// node web/test/screenshot.mjs PAGE.html PICTURE.png [--dark] [--width N] [--height N] [--element SELECTOR] [--scale N]
// The picture of a page, or of one of its elements; without --height the whole page.
import { parseArgs } from 'node:util';
import { openPage, startBrowser } from './browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
    height: { type: 'string' },
    scale: { type: 'string', default: '1' },
    element: { type: 'string' },
  },
});
const [file, picture] = positionals;
if (!picture) throw new Error('usage: screenshot.mjs PAGE.html PICTURE.png [options]');
const browser = await startBrowser();
try {
  const page = await openPage(browser, file, {
    scheme: values.dark ? 'dark' : 'light',
    width: Number(values.width),
    height: Number(values.height ?? 900),
    scale: Number(values.scale),
  });
  await page.waitForTimeout(300);
  if (values.element) {
    await page.locator(values.element).screenshot({ path: picture });
  } else {
    await page.screenshot({ path: picture, fullPage: !values.height });
  }
  for (const trouble of page.troubles) console.error(trouble);
} finally {
  await browser.close();
}
