import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { PACKAGE } from '../support/bundles.js';

const DIST = path.join(PACKAGE, 'dist');
const DECLARATION = /^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/;

const read = async name => (await readFile(path.join(DIST, name), 'utf8')).split('\n');
const isAfterComment = (lines, at) => lines[at - 1]?.trimEnd().endsWith('*/') ?? false;

/** The names that the entry points export. */
async function exported() {
  const { exports } = JSON.parse(await readFile(path.join(PACKAGE, 'package.json'), 'utf8'));
  const names = new Set();
  for (const { types } of Object.values(exports)) {
    const text = (await read(path.basename(types))).join('\n');
    for (const [, list] of text.matchAll(/export (?:type )?{([^}]*)}/g)) {
      for (const name of list.split(',')) names.add(name.replace(/\btype\b/, '').trim());
    }

    for (const [, name] of text.matchAll(new RegExp(DECLARATION, 'gm'))) names.add(name);
  }

  names.delete('');
  return names;
}

/** The members of a declaration, as the lines in which they begin. */
function* members(lines, at) {
  if (!/ (class|interface) .*{$/.test(lines[at])) return;
  for (let i = at + 1, depth = 0, isComment = false; i < lines.length && lines[i] !== '}'; i++) {
    const text = lines[i].trim();
    isComment ||= text.startsWith('/*');
    if (!isComment && depth === 0 && text && !text.startsWith('#') && !text.startsWith('private ')) yield i;
    if (isComment) isComment = !text.endsWith('*/');
    else depth += (text.match(/[{(]/g)?.length ?? 0) - (text.match(/[})]/g)?.length ?? 0);
  }
}

test('everything that is exported has a description, with every member', async () => {
  const names = await exported();
  const missing = [];
  const found = new Set();
  for (const file of await readdir(DIST, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const lines = await read(file);
    lines.forEach((line, i) => {
      const name = DECLARATION.exec(line)?.[1];
      if (!names.has(name)) return;
      found.add(name);
      if (!isAfterComment(lines, i)) missing.push(name);
      for (const at of members(lines, i)) if (!isAfterComment(lines, at)) missing.push(`${name}: ${lines[at].trim()}`);
    });
  }

  assert.ok(existsSync(path.join(DIST, 'index.d.ts')) && names.size > 40, `${names.size} names`);
  assert.deepEqual([[...names].filter(name => !found.has(name)), missing], [[], []]);
});
