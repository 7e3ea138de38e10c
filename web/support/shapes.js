import { compile } from 'json-schema-to-typescript';

const HEAD = `// Written by the test of the shapes from the host's OpenAPI document: WSMQ_WRITE_SHAPES=1 node --test test/shapes.test.js

`;

// What the generator says of where it has found a type.
const FOUND = /(\n \*)?\n \* This interface was referenced by `\w+`'s JSON-Schema\n \* via the `definition` "\w+"\./g;

/** The types of all schemas of an OpenAPI document (3.1), as TypeScript. */
export async function shapesOf(document) {
  const text = JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/definitions/');

  // A reference with a description of its own would become a second type.
  const definitions = JSON.parse(text, (_, value) => (value?.$ref ? { $ref: value.$ref } : value));
  const written = await compile({ definitions }, 'Schemas', {
    unreachableDefinitions: true, additionalProperties: false, bannerComment: '', style: { printWidth: 140 },
  });
  return HEAD + written.replace(/export interface Schemas \{[^}]*\}\n/, '').replace(FOUND, '').replaceAll('/**\n */\n', '').trimStart();
}
