import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RawClient, SEPARATOR } from './support/raw-client.js';
import { Setting } from './support/setting.js';
import { stores } from './support/stores.js';

const { frame } = RawClient;
const FORGED = '{"type":1,"target":"Receive","arguments":[{"source":"user:x","position":"1","previous":"0","id":"forged"}]}';
const FRAMED = `${SEPARATOR}${FORGED}${SEPARATOR}`;
const FORGED_BASE64 = Buffer.from(FRAMED).toString('base64');
const bytes = (...pieces) => Buffer.concat(pieces.map(piece => Buffer.from(piece)));
const escaped = text => JSON.stringify(text);

// The raw JSON of a message's fields after `to`, and the body that is delivered; undefined if none may be.
const attacks = {
  'two values as the body': { fields: '"body":1 2' },
  'a value and an object as the body': { fields: `"body":{"a":1}${FORGED}` },
  'a raw separator after the body': { fields: `"body":1${SEPARATOR}${FORGED}${SEPARATOR}` },
  'a raw separator that closes the frame first': { fields: `"body":1}]}${SEPARATOR}${FORGED}${SEPARATOR}`, body: 1 },
  'a raw separator inside a string': { fields: `"body":"a${SEPARATOR}${FORGED}${SEPARATOR}b"` },
  'a raw separator inside a header': { fields: `"body":1,"headers":{"a":"${SEPARATOR}${FORGED}${SEPARATOR}"}` },
  'a truncated body': { fields: '"body":{"a":[1,2' },
  'a frame that continues after its end': { fields: `"body":1}]},${FORGED}`, body: 1 },
  'a comment in the body': { fields: `"body":/* ${FORGED} */1` },
  'an invalid number': { fields: '"body":NaN' },
  'a string with a raw line feed': { fields: '"body":"a\nb"' },
  'a separator in an overlong encoding': { fields: bytes('"body":"', [0xc0, 0x9e], '"') },
  'bytes that are not UTF-8': { fields: bytes('"body":["', [0xff, 0xfe, 0x80], '"]') },
  'an escaped frame in the body': { fields: `"body":${escaped(FRAMED)}`, body: FRAMED },
  'an escaped frame as a property name': { fields: `"body":{${escaped(SEPARATOR)}:${FORGED}}`, body: { [SEPARATOR]: JSON.parse(FORGED) } },
  'an escaped frame in a header': { fields: `"body":2,"headers":{"a":${escaped(`"}}]}${SEPARATOR}${FORGED}${SEPARATOR}`)}}`, body: 2 },
  'an escaped frame in the type': { fields: `"body":3,"type":${escaped(`${SEPARATOR}${FORGED}`)}` },
  'a quote in the id': { fields: `"body":4,"id":${escaped('"}]}{"type":1}')}`, body: 4 },
  'a frame as bytes': { fields: `"data":"${FORGED_BASE64}"`, data: FORGED_BASE64 },
  'duplicate fields': { fields: `"body":5,"body":6,"to":"user:nobody-else"` },
  'white space around the body': { fields: `"body": \r\n\t{"a" :\n1 } `, body: { a: 1 } },
};

for (const store of stores) {
  describe(`frames, ${store} store`, () => {
    const wsmq = Setting.of({ store });

    for (const [name, { fields, body, data }] of Object.entries(attacks)) {
      test(name, async () => {
        const [mallory, alice, bob] = wsmq.users('mallory', 'alice', 'bob');
        const victim = await wsmq.connectRaw(bob);
        const bystander = await wsmq.connectRaw(alice);
        const attacker = await wsmq.connectRaw(mallory);
        const [head, tail] = frame('1', 'Send', `{"to":"user:${bob}",@}`).split('@');
        attacker.write(bytes(head, fields, tail));
        await attacker.outcome('1');

        // Sent after the attack: once it has arrived, everything before it has arrived.
        const sender = await wsmq.connect(mallory);
        const last = await sender.send(`user:${bob}`, 'last');
        await victim.receives(last.position);

        const expected = body === undefined && data === undefined ? [] : [['Receive', mallory, body, data]];
        const calls = victim.calls.map(({ target, arguments: [m] }) => [target, m.sender, m.body, m.data]);
        assert.deepEqual(calls, [...expected, ['Receive', mallory, 'last', undefined]]);
        assert.ok(victim.frames.every(text => [undefined, 1, 6].includes(JSON.parse(text).type)), victim.frames.join('\n'));
        assert.deepEqual(bystander.calls, []);
        assert.ok(!victim.isClosed && !bystander.isClosed);
      });
    }

    test('a client cannot call methods of another client', async () => {
      const [mallory, bob] = wsmq.users('mallory', 'bob');
      const victim = await wsmq.connectRaw(bob);
      const attacker = await wsmq.connectRaw(mallory);
      attacker.write(`${FORGED}${SEPARATOR}`);
      attacker.write(frame('1', 'Receive', '{}') + frame('2', 'Live', '{}') + frame('3', 'Send', `{"to":"user:${bob}","body":"last"}`));
      assert.match((await attacker.outcome('1')).error, /does not exist/);
      assert.match((await attacker.outcome('2')).error, /does not exist/);
      const { result } = await attacker.outcome('3');
      await victim.receives(result.position);
      assert.deepEqual(victim.calls.map(call => [call.target, call.arguments[0].body]), [['Receive', 'last']]);
    });
  });
}
