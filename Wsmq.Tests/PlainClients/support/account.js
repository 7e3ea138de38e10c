import assert from 'node:assert/strict';

/**
 * Checks that a client was told the whole truth: of these receipts each was delivered once, or lies inside of exactly one gap
 * (after < position < before), and everything came in the order of the log. Returns the positions that are missing.
 */
export function accountFor(receipts, client, source) {
  const events = client.events.filter(e => e.source === source && e.name !== 'Stalled');
  const missing = [];
  let next = 0;
  for (const event of events) {
    if (event.name === 'Receive') {
      assert.equal(event.position, receipts[next]?.position, 'the next delivery is the next receipt that is not missing');
      next++;
      continue;
    }

    assert.ok(event.after < event.before, 'a gap has a length');
    assert.ok(next === 0 || event.after >= receipts[next - 1].position, 'a gap begins behind what came before it');
    const begin = next;
    for (; next < receipts.length && receipts[next].position < event.before; next++) {
      assert.ok(event.after < receipts[next].position);
      missing.push(receipts[next].position);
    }

    assert.ok(next > begin, 'a gap holds what is missing');
  }

  assert.equal(next, receipts.length, 'every receipt is accounted for');
  return missing;
}
