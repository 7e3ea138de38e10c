import assert from 'node:assert/strict';

/** Requires that the call is refused with this wsmq error, which the client reads from the text of the exception. */
export async function refuses(call, number, code, kind = 'final') {
  await assert.rejects(call, error => {
    const found = error.message.match(/\[wsmq (\d+) (\S+) (retry|final)\] (.+)/s);
    assert.ok(found, `a wsmq error: ${error.message}`);
    assert.deepEqual(found.slice(1, 4), [String(number), code, kind], error.message);
    return true;
  });
}
