import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { build } from 'esbuild';

const SOURCE = path.resolve(import.meta.dirname, '../dashboard/http/raw-json.ts');

describe('JSON that is cut without parsing', () => {
  let raw;

  before(async () => {
    const { outputFiles: [{ text }] } = await build({ entryPoints: [SOURCE], bundle: true, format: 'esm', write: false });
    raw = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  });

  const VALUES = [
    '12345678901234567890.10', '1.50', '1E400', '-0', 'null', 'true', '""', '"a,b:{c}[d]"', String.raw`"\"}\\"`, String.raw`"\\"`, '{}', '[]',
    '[1, [2, {"a" : [3]}] ]', '{"body":{"body":1},"x":"}"}', '"\u2028 ü 😀"',
  ];

  test('keeps the text of each member, whatever is beside it', () => {
    for (const value of VALUES) {
      for (const other of VALUES) {
        const found = raw.members(`{ "other":${other} , "body" : ${value}\n,"a\\"b":${other}}`);
        assert.deepEqual(found, { other, body: value, 'a"b': other });
      }
    }
  });

  test('keeps the text of each element', () => {
    assert.deepEqual(raw.elements(`[ ${VALUES.join(' ,\n')} ]`), VALUES);
    assert.deepEqual(raw.elements('[]'), []);
  });

  test('finds no members where there is no object', () => {
    for (const text of ['null', '[]', '[{"a":1}]', '"{}"', '1']) assert.equal(raw.members(text), undefined, text);
    assert.deepEqual(raw.members('{}'), {});
  });

  test('is the same value on several lines, with the same digits', () => {
    for (const value of VALUES) {
      const wrapped = `{"a":${value},"b":[${value},${value}]}`;
      const lines = raw.indented(wrapped);
      assert.deepEqual(JSON.parse(lines), JSON.parse(wrapped));
      assert.equal(raw.members(lines).a.replace(/\s/g, ''), value.replace(/\s/g, ''));
    }
  });
});
