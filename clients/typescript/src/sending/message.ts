import { WsmqError } from "../errors.js";
import { toBase64, type RemovalOptions, type SendOptions } from "../messages.js";
import type { Settings } from "../options.js";
import { randomHex } from "../random.js";

type Limits = Pick<Settings, "maxBodyBytes" | "maxMessageBytes">;

/** The text of a message on the wire. Taken at the call: what the app changes later is not sent. */
export function serialize(
  to: string, type: string, body: unknown, { signal: _, contentType, id = newId(), ...options }: SendOptions, limits: Limits): string {
  if (body instanceof Uint8Array) {
    check("maxBodyBytes", body.length, limits);
    const text = JSON.stringify({ to, id, type, data: toBase64(body), contentType, ...options });
    return checked("maxMessageBytes", text, limits);
  }

  let json;
  try {
    json = JSON.stringify(body) ?? "null";
  } catch (e) {
    throw new WsmqError(2006, "invalid-body", `the body cannot be written as JSON: ${(e as Error).message}`, { cause: e });
  }

  checked("maxBodyBytes", json, limits);
  return checked("maxMessageBytes", `${JSON.stringify({ to, id, type, ...options }).slice(0, -1)},"body":${json}}`, limits);
}

/** The text of a message that removes the state of a key. */
export const serializeRemoval = (to: string, stateKey: string, { signal: _, id = newId(), ...options }: RemovalOptions) =>
  JSON.stringify({ ...options, to, id, stateKey, removeState: true });

// A character has at most three bytes: most texts need not be counted.
function checked(name: keyof Limits, text: string, limits: Limits): string {
  if (text.length * 3 > limits[name]) check(name, new TextEncoder().encode(text).length, limits);
  return text;
}

// The server closes a connection for a frame that is too large, and says nothing about the message.
function check(name: keyof Limits, bytes: number, { [name]: most }: Limits): void {
  if (bytes > most) throw new WsmqError(2007, "message-too-large", `the client's ${name} is ${most}`);
}

const newId = () => randomHex(16);
