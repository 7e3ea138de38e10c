import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Deployment } from '../../Wsmq.Tests/PlainClients/support/deployment.js';
import { shapesOf } from '../support/shapes.js';

const FILE = path.resolve(import.meta.dirname, '../dashboard/http/shapes.ts');

describe('the shapes of the HTTP API', () => {
  const wsmq = Deployment.of();

  test('that the dashboard is compiled with are those of the OpenAPI document of the host', async () => {
    const answer = await fetch(new URL('/openapi/v1.json', wsmq.node.hub));
    const shapes = await shapesOf(await answer.json());
    if (process.env.WSMQ_WRITE_SHAPES === '1') await writeFile(FILE, shapes);
    assert.equal(await readFile(FILE, 'utf8'), shapes, 'write them with WSMQ_WRITE_SHAPES=1, and compile');
  });
});
