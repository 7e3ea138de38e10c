import type { WsmqError } from "../errors.js";
import { toBase64 } from "../messages.js";
import type { Settings } from "../options.js";
import { serialize } from "../sending/message.js";
import { RequestRefusal } from "./refusal.js";
import type { IncomingRequest, RequestHandler } from "./types.js";

/** An answer: a reply, or a code and a text. */
export interface Answer {
  reply?: { body?: unknown; data?: string };
  code?: string;
  text?: string | undefined;
}

/** The handler has failed, and the requester is told nothing of the reason. */
export const FAILED = "handler-failed";

/**
 * Calls a handler, and makes an answer of what it returns or throws.
 * @param failed reports an error that the requester is not told of
 */
export async function answerOf(
  handler: RequestHandler<any> | undefined, request: IncomingRequest, signal: AbortSignal, settings: Settings,
  failed: (error: unknown) => void): Promise<Answer> {
  let body;
  try {
    if (!handler) throw new RequestRefusal(FAILED, "there is no handler any more");
    body = await handler(request, { signal });
  } catch (e) {
    if (e instanceof RequestRefusal) return { code: e.code, text: e.text };
    if (signal.aborted) return { code: "cancelled" };
    failed(e);
    return { code: FAILED };
  }

  try {
    // The limits are those of a message.
    const checked = serialize("", "", body, {}, settings);
    return { reply: body instanceof Uint8Array ? { data: toBase64(body) } : { body: JSON.parse(checked).body } };
  } catch (e) {
    failed(e as WsmqError);
    return { code: "invalid-reply" };
  }
}
