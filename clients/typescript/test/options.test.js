import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WsmqClient, WsmqError } from '../dist/index.js';

test('options out of their range are refused', () => {
  for (const options of [{ sendTimeout: 0 }, { sendTimeout: 120_000 }, { maxInFlightSends: 129 }, { maxInFlightSends: NaN },
    { ackInterval: -1 }, { ackInterval: 10_001 }, { ackAfterMessages: 0 }])
    assert.throws(() => new WsmqClient({ url: '/wsmq', ...options }), RangeError);
});

test('a type has one handler, until it is removed', () => {
  const client = new WsmqClient({ url: '/wsmq' });
  for (const add of ['on', 'onLive']) {
    const remove = client[add]('test', () => {});
    assert.throws(() => client[add]('test', () => {}), /already/);
    remove();
    client[add]('test', () => {});
  }

  for (const add of ['onAny', 'onAnyLive']) {
    client[add](() => {});
    assert.throws(() => client[add](() => {}), /already/);
  }
});

test('an error is read from the text of another one', () => {
  const error = WsmqError.from(new Error('HubException: [wsmq 4004 rate-limited retry] [retry-after 250] slower'));
  assert.deepEqual([error.number, error.code, error.canRetry, error.retryAfter], [4004, 'rate-limited', true, 250]);
  assert.equal(WsmqError.from(new Error('no code')), undefined);
});
