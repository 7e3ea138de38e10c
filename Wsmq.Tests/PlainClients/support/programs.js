import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/**
 * The newest build of a program of the repository, of any configuration.
 * @param folder its folder, such as samples/RsmqBridge
 * @param name the name of its assembly, if that is not the name of the folder
 */
export function built(folder, name = path.basename(folder)) {
  const builds = ['Debug', 'Release']
    .map(configuration => path.join(REPOSITORY, folder, 'bin', configuration, 'net10.0', `${name}.dll`))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (builds.length === 0) throw new Error(`${folder} is not built. Run "dotnet build" in ${REPOSITORY}.`);
  return builds[0];
}

/** The environment of this process without settings for other programs of the machine, which must not reach those of a test. */
export function neutralEnvironment() {
  const foreign = /^(wsmq__|bridge__|aspnetcore_|authentication__|logging__)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
