// Copies what the pages use of the npm packages into vendor/ (not committed; served as it is, without a build step).
// Run after `npm ci`. It knows files and licences; it does not know what the pages do with them.
// package.json overrides `commander` (KaTeX's command line, never run here) because the newest one wants Node 22.
// htm's own standalone file carries a Preact of 2022, so Preact, its hooks and htm are put side by side instead.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { iconNames } from './shared/icon_names.js';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, 'node_modules');
const vendor = join(here, 'vendor');

const withoutMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
const read = async (path) => withoutMap(await readFile(join(packages, path), 'utf8'));

async function write(path, text) {
  const target = join(vendor, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}

/** One package's files and its licence, in vendor/<folder>/. `files` maps a path in the package to a name. */
async function copy(name, folder, files, licence = 'LICENSE') {
  for (const [from, to] of Object.entries(files)) await write(`${folder}/${to}`, await read(`${name}/${from}`));
  const { version, license } = JSON.parse(await read(`${name}/package.json`));
  const text = licence ? await read(`${name}/${licence}`) : 'See the notice at the top of the file beside this one.\n';
  await write(`${folder}/LICENSE-${name}.txt`, `${name} ${version} (${license})\n\n${text}`);
}

async function preact() {
  await copy('preact', 'preact', { 'dist/preact.mjs': 'core.js', 'hooks/dist/hooks.mjs': 'hooks.js' });
  await copy('htm', 'preact', { 'dist/htm.module.js': 'htm.js' });
  const hooks = await readFile(join(vendor, 'preact/hooks.js'), 'utf8');
  const relative = hooks.replace(/from\s*(["'])preact\1/g, 'from"./core.js"');
  if (relative === hooks) throw new Error('preact/hooks no longer imports from "preact": look at vendor.mjs');
  await write('preact/hooks.js', relative);
  await write('preact.js', [
    "import { h } from './preact/core.js';",
    "import htm from './preact/htm.js';",
    "export * from './preact/core.js';",
    "export * from './preact/hooks.js';",
    'export const html = htm.bind(h);\n',
  ].join('\n'));
}

async function katex() {
  await copy('katex', 'katex', {});
  // Only the older module format comes minified (half the size): give it an object of its own to export itself to.
  const code = await read('katex/dist/katex.min.js');
  await write('katex/katex.js', `const self = {};\nlet define, exports, module;\n${code}\nexport default self.katex;\n`);
  // Every browser of the last ten years reads woff2; the two older formats are two thirds of the folder.
  const css = (await read('katex/dist/katex.min.css')).replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, '');
  await write('katex/katex.css', css);
  await cp(join(packages, 'katex/dist/fonts'), join(vendor, 'katex/fonts'), {
    recursive: true,
    filter: (path) => !/\.(?:woff|ttf)$/.test(path),
  });
}

async function lucide() {
  const nodes = JSON.parse(await read('lucide-static/icon-nodes.json'));
  const missing = iconNames.filter((name) => !(name in nodes));
  if (missing.length) throw new Error(`no such icons: ${missing.join(', ')}`);
  await copy('lucide-static', 'lucide', {});
  const lines = iconNames.map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(nodes[name])},`);
  await write('lucide/icons.js', `// From lucide-static: name → [element, attributes] of each shape.\nexport const icons = {\n${lines.join('\n')}\n};\n`);
}

await rm(vendor, { recursive: true, force: true });
await preact();
await copy('markdown-it', 'markdown-it', { 'dist/browser/markdown-it.esm.min.mjs': 'markdown-it.js' });
await copy('dompurify', 'dompurify', { 'dist/purify.es.mjs': 'purify.js' });
await katex();
await copy('echarts', 'echarts', { 'dist/echarts.esm.min.mjs': 'echarts.js' });
await lucide();
await copy('qrcode-generator', 'qrcode', { 'dist/qrcode.mjs': 'qrcode.js' }, null);
