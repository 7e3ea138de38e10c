import { createHmac } from 'node:crypto';

const ISSUER = 'wsmq-development';
const AUDIENCE = 'wsmq';
const HOUR = 3600;

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A bearer token for a user, signed with HS256. The given claims replace the default ones; undefined omits a claim. */
export function sign(key, user, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = { sub: user, iss: ISSUER, aud: AUDIENCE, iat: now, nbf: now - 60, exp: now + HOUR, ...claims };
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}
