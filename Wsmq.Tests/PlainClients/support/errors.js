import assert from 'node:assert/strict';

/** The call is refused with this error of wsmq, which a client can read from the text. */
export async function refuses(call, number, code, kind = 'final') {
  await assert.rejects(call, error => {
    const found = error.message.match(/\[wsmq (\d+) (\S+) (retry|final)\] (.+)/s);
    assert.ok(found, `a wsmq error: ${error.message}`);
    assert.deepEqual(found.slice(1, 4), [String(number), code, kind], error.message);
    return true;
  });
}
