// node run.mjs FOLDER ARGUMENTS...: runs the WebAssembly program in the folder.
import { pathToFileURL } from 'node:url';

const [folder, ...args] = process.argv.slice(2);
const { dotnet } = await import(pathToFileURL(`${folder}/dotnet.js`));
const { runMain } = await dotnet.withApplicationArguments(...args).create();
process.exit(await runMain());
