import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { built, TARGETS } from '../build.js';

const WEB = path.resolve(import.meta.dirname, '..');
const run = promisify(execFile);

describe('what is committed', () => {
  for (const [page, target] of Object.entries(TARGETS)) {
    test(`of the ${page} is what the sources give`, async () => {
      const files = await built(page);
      const folder = path.join(WEB, target);
      assert.deepEqual((await readdir(folder)).sort(), Object.keys(files).sort(), 'run: npm run build');
      for (const [name, content] of Object.entries(files)) {
        assert.ok(content.equals(await readFile(path.join(folder, name))), `${target}/${name} is not up to date: npm run build`);
      }
    });

    test(`of the ${page} has no script or style in its HTML, and nothing from elsewhere`, async () => {
      const files = await built(page);
      const html = String(files['index.html']);
      assert.doesNotMatch(html, /<style|\sstyle=|<script(?![^>]*\ssrc="\.\/)|\son\w+=|javascript:/i);
      const css = String(files[`${page}.css`]);
      for (const url of [...html.matchAll(/(?:src|href)="([^"]*)"/g), ...css.matchAll(/url\(([^)]*)\)/g)]) assert.match(url[1], /^\.\/|^data:/);
      assert.doesNotMatch(String(files[`${page}.js`]), /new Function\(|[^.\w]eval\(/);
    });
  }
});

describe('the code of docs/console.md', () => {
  test('in TypeScript compiles', async () => {
    const text = await readFile(path.join(WEB, '../docs/console.md'), 'utf8');
    const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    assert.ok(blocks.length > 5);
    const folder = await mkdtemp(path.join(WEB, 'console', 'checked-'));
    try {
      const client = 'import { WsmqClient } from "@wsmq/client";\ninterface Text { text: string }\n'
        + 'const client = new WsmqClient<{ chat: Text; note: Text; resize: Text }>({ url: "/wsmq" });\n';
      for (const [i, code] of blocks.entries()) await writeFile(path.join(folder, `${i}.ts`), client + code);
      await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({
        extends: '../../tsconfig.json', compilerOptions: { noUnusedLocals: false, noUnusedParameters: false }, include: ['*.ts'],
      }));
      await run(process.execPath, [path.join(WEB, 'node_modules/typescript/bin/tsc'), '-p', folder])
        .catch(e => assert.fail(e.stdout || e.message));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
