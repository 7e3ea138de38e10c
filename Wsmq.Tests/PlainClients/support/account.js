import assert from 'node:assert/strict';

/**
 * Checks that a client received a complete account: each of these receipts was delivered once, or lies inside exactly one gap
 * (after < position < before), and all deliveries were in the order of the log. Returns the missing positions.
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

    assert.ok(event.after < event.before, 'a gap is not empty');
    assert.ok(next === 0 || event.after >= receipts[next - 1].position, 'a gap begins after the previous deliveries');
    const begin = next;
    for (; next < receipts.length && receipts[next].position < event.before; next++) {
      assert.ok(event.after < receipts[next].position);
      missing.push(receipts[next].position);
    }

    assert.ok(next > begin, 'a gap covers missing entries');
  }

  assert.equal(next, receipts.length, 'every receipt is accounted for');
  return missing;
}
