// Builds the pages, and writes the files that are committed: node build.js. A test compares them with what `built` returns.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const WEB = import.meta.dirname;
const CLIENT = path.resolve(WEB, '../clients/typescript/src');

/** Where the files of each page are. */
export const TARGETS = { console: '../Wsmq.Host/WebConsole/assets', dashboard: '../Wsmq.Dashboard/assets' };

// The client is built from its sources: a page cannot have another version of it than the repository.
const CLIENT_FILES = { '@wsmq/client': 'index.ts', '@wsmq/client/work': 'work.ts', '#signalr': 'signalr/connection.browser.ts' };

const clientFromSource = {
  name: 'client from source',
  setup(bundler) {
    bundler.onResolve({ filter: /^(@wsmq\/client(\/work)?|#signalr)$/ }, ({ path: name }) => ({ path: path.join(CLIENT, CLIENT_FILES[name]) }));

    // The copy of this package, whether the client has one of its own or not.
    bundler.onResolve({ filter: /^@microsoft\/signalr/ }, ({ path: name, kind, pluginData }) =>
      pluginData === 'ours' ? undefined : bundler.resolve(name, { kind, resolveDir: WEB, pluginData: 'ours' }));
  },
};

/** The files of a page, by name: the same bytes from the same sources, on any machine. */
export async function built(page) {
  const { outputFiles, metafile } = await build({
    entryPoints: { [page]: path.join(WEB, page, 'main.tsx') }, outdir: '/', absWorkingDir: WEB, bundle: true, minify: true, write: false,
    metafile: true, format: 'esm', platform: 'browser', target: 'es2022', charset: 'utf8', legalComments: 'none', jsx: 'automatic',
    jsxImportSource: 'preact', loader: { '.md': 'text' }, plugins: [clientFromSource], logLevel: 'warning',
  });
  const files = Object.fromEntries(outputFiles.map(file => [path.basename(file.path), Buffer.from(file.contents)]));
  for (const name of ['index.html', 'icon.svg']) files[name] = await readFile(path.join(WEB, name === 'icon.svg' ? 'shared' : page, name));
  files['licenses.txt'] = Buffer.from(await licenses(Object.keys(metafile.inputs)));
  return files;
}

// What is in the bundle has licences that ask for their text beside it.
async function licenses(inputs) {
  const packages = new Set(inputs.map(input => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]).filter(Boolean));
  const texts = [...packages].sort().map(async name => {
    const folder = path.join(WEB, 'node_modules', name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    const own = path.join(WEB, 'licenses', `${name.replace('/', '-')}.txt`);
    const text = await readFile(path.join(folder, 'LICENSE'), 'utf8').catch(() => readFile(own, 'utf8'));
    return `${name} ${version}, ${license}\n\n${text.replaceAll('\r\n', '\n').trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

async function write() {
  for (const [page, target] of Object.entries(TARGETS)) {
    const folder = path.join(WEB, target);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(await built(page))) {
      await writeFile(path.join(folder, name), content);
      console.log(`${path.join(target, name)}  ${content.length} bytes`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await write();
