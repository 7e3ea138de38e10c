import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** The folder of the package. */
export const PACKAGE = path.resolve(import.meta.dirname, '..');

/** A folder inside the package: there the package finds itself by its name, as an app finds it. Not in `dist`, which other tests copy and list. */
export const tempFolder = () => mkdtemp(path.join(PACKAGE, 'checked-'));

export const remove = folder => rm(folder, { recursive: true, force: true });

/** Bundles a module as an app for browsers does. Returns its code. @param minify whether it is for production */
export async function bundle(code, resolveDir, minify = true) {
  const { outputFiles: [{ text }], warnings } = await build({
    stdin: { contents: code, resolveDir }, bundle: true, minify, format: 'esm', platform: 'browser', write: false, logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(warnings.map(warning => warning.text).join('\n'));
  return text;
}
