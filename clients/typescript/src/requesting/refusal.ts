import { WsmqError } from "../errors.js";

const MOST_TEXT = 256;
const CODE = /^[a-z0-9.-]{1,64}$/;

/**
 * What a responder tells the requester on purpose: a handler of requests throws it, and the requester gets a WsmqError `request-failed` whose
 * `cause` is one of these, with the same code and text. Any other error of a handler reaches the requester as the code `handler-failed`, without
 * its name and text.
 */
export class RequestRefusal extends Error {
  /** What programs compare. */
  readonly code: string;

  /** A text for people, which the requester reads; empty for none. */
  readonly text: string;

  /**
   * @param code 1 to 64 lower-case letters, digits, hyphens and dots, such as `sold-out`
   * @param text a text that the requester may read, cut off at 256 characters
   * @throws RangeError the code is malformed
   */
  constructor(code: string, text = "") {
    super(text ? `${code}: ${text}` : code);
    if (!CODE.test(code)) throw new RangeError("a code has 1 to 64 lower-case letters, digits, hyphens and dots");
    this.name = "RequestRefusal";
    this.code = code;
    this.text = text.slice(0, MOST_TEXT);
  }
}

/** The error of a request with the refusal of its responder as the cause. */
export function withRefusal(error: WsmqError): WsmqError {
  const [, code, text] = /\(([a-z0-9.-]{1,64})(?:: (.*))?\)$/s.exec(error.message) ?? [];
  if (error.code !== "request-failed" || code === undefined) return error;
  const { number, canRetry } = error;
  return new WsmqError(number, error.code, error.message.replace(/^\[[^\]]*\] /, ""), { canRetry, cause: new RequestRefusal(code, text) });
}
