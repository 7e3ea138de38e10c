import { WsmqError } from "../errors.js";
import { toBase64, type SendOptions } from "../messages.js";

const tooLarge = (most: number) => new WsmqError(2007, "message-too-large", `the client's maxBodyBytes is ${most}`);

/** The text of a message on the wire. Taken at the call: what the app changes later is not sent. */
export function serialize(
  to: string, type: string, body: unknown, { signal: _, contentType, id = newId(), ...options }: SendOptions, most: number): string {
  if (body instanceof Uint8Array) {
    if (body.length > most) throw tooLarge(most);
    return JSON.stringify({ to, id, type, data: toBase64(body), contentType, ...options });
  }

  let json;
  try {
    json = JSON.stringify(body) ?? "null";
  } catch (e) {
    throw new WsmqError(2006, "invalid-body", `the body cannot be written as JSON: ${(e as Error).message}`, { cause: e });
  }

  // A character has at most three bytes: most bodies need not be counted.
  if (json.length * 3 > most && new TextEncoder().encode(json).length > most) throw tooLarge(most);
  return `${JSON.stringify({ to, id, type, ...options }).slice(0, -1)},"body":${json}}`;
}

// randomUUID exists on secure pages only.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
