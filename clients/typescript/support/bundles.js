import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** The folder of the package. */
export const PACKAGE = path.resolve(import.meta.dirname, '..');

/** A folder inside the package: there the package finds itself by its name, as an app finds it. Not in `dist`, which other tests copy and list. */
export const tempFolder = () => mkdtemp(path.join(PACKAGE, 'checked-'));

export const remove = folder => rm(folder, { recursive: true, force: true });

/** Bundles a module as an app for browsers does. Returns its code. @param minify whether it is for production */
export const bundle = (code, resolveDir, minify = true) => bundled({ stdin: { contents: code, resolveDir }, minify });

/** Bundles the page of a sample, with the package of this repository in place of an installed one. */
export const bundlePage = file => bundled({ entryPoints: [file], minify: true, plugins: [{
  name: 'package',
  setup: build => build.onResolve({ filter: /^@wsmq\/client/ }, ({ path, kind, pluginData }) =>
    pluginData === PACKAGE ? undefined : build.resolve(path, { resolveDir: PACKAGE, kind, pluginData: PACKAGE })),
}] });

async function bundled(options) {
  const { outputFiles: [{ text }], warnings } = await build({
    ...options, bundle: true, format: 'esm', platform: 'browser', write: false, logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map(warning => warning.text).join('\n'));
  return text;
}
