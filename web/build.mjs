// Bundles report pages: node web/build.mjs FOLDER PAGE...
// Writes FOLDER/PAGE.html, one file with scripts and styles inside and kDataMark where the command puts its data, and
// FOLDER/web_pages.cpp, which holds them all. Called by cmake/web_pages.cmake.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// cli/web_page.cpp and test/browser.mjs look for the same.
const kDataMark = '@HEDDLE_DATA@';
const root = dirname(fileURLToPath(import.meta.url));

// A page asks nobody for anything; the browser is told so too.
const kPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

async function bundle(page) {
  const result = await build({
    entryPoints: [join(root, page, 'main.js')],
    bundle: true,
    minify: true,
    write: false,
    outdir: 'unused',
    format: 'iife',
    target: ['es2020'],
    charset: 'utf8',
    legalComments: 'eof',
    logLevel: 'warning',
  });
  const text = (extension) =>
    result.outputFiles.filter((file) => file.path.endsWith(extension)).map((file) => file.text).join('\n');
  return { script: text('.js').replaceAll('</script', '<\\/script'), style: text('.css') };
}

async function makePage(page) {
  const { script, style } = await bundle(page);
  const body = await readFile(join(root, page, 'index.html'), 'utf8');
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${kPolicy}">
<link rel="icon" href="data:,">
<style>${style}</style>
${body}
<script type="application/json" id="data">${kDataMark}</script>
<script>${script}</script>
</html>
`;
  if (html.split(kDataMark).length !== 2) throw new Error(`${page}: ${kDataMark} must stand in a page once`);
  return html;
}

// One literal would do for GCC; other compilers take no more than 64 KiB at a time.
function literals(text) {
  const kMost = 15000;
  const parts = [];
  for (let i = 0; i < text.length; i += kMost) parts.push(`R"heddle~(${text.slice(i, i + kMost)})heddle~"`);
  if (text.includes(')heddle~"')) throw new Error('a page ends the literal it lies in');
  return parts.join('\n');
}

const [folder, ...pages] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
let source = '#include "cli/web_page.h"\n\nnamespace heddle::cli {\n\nconst WebPage kWebPages[] = {\n';
for (const page of pages) {
  const html = await makePage(page);
  await writeFile(join(folder, `${page}.html`), html);
  source += `{"${page}", ${literals(html)}},\n`;
}
source += '};\nconst size_t kWebPageCount = sizeof(kWebPages) / sizeof(kWebPages[0]);\n\n}  // namespace heddle::cli\n';
await writeFile(join(folder, 'web_pages.cpp'), source);
