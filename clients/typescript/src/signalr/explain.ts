import { WsmqError } from "../errors.js";

const USUAL_PATH = "/wsmq";

/** Why an attempt to connect failed, with what to change, in the words of the .NET client. */
export function explain(reason: unknown, hub: string, sendsToken: boolean): Error {
  const { message = String(reason), code } = reason as { message?: string; code?: string };
  const { origin, pathname } = new URL(hub);
  const url = origin + pathname;
  const status = Number(/Unexpected server response: (\d{3})/.exec(message)?.[1]);
  if (status === 401 || status === 403) {
    return new WsmqError(6004, "connection-refused", `${url} answered ${status}: ${hintOf(status, pathname, sendsToken)}`, { cause: reason });
  }

  const text = status ? `${url} answered ${status}: ${hintOf(status, pathname, sendsToken)}`
    : code === "ECONNREFUSED" ? `nothing listens at ${url}: is the server started?`
    : code === "ENOTFOUND" || code === "EAI_AGAIN" ? `the host name of ${url} is not known`
    : code === "EPROTO" ? `no TLS with ${url}: does the server use http?`
    : `${url} cannot be reached: ${message || code}`;
  return new Error(text, { cause: reason });
}

function hintOf(status: number, path: string, sendsToken: boolean): string {
  switch (status) {
    case 401: return sendsToken
      ? "the server does not accept the token: it may be expired, or have another issuer or audience"
      : "no token was sent: set accessTokenProvider";
    case 403: return "the server knows the user, but does not allow it to connect";
    case 404: return path.endsWith(USUAL_PATH)
      ? "no hub at this path: compare it with the path that the server passes to MapWsmq"
      : `no hub at this path: is ${USUAL_PATH} missing at the end of the URL?`;
    case 429: return "the server, or a proxy in front of it, accepts no more connections for now";
  }

  return status >= 500 ? "the server, or the app behind a proxy, is not ready"
    : status >= 300 && status < 400 ? "the server redirects elsewhere, and a WebSocket does not follow: use the URL of the redirect"
    : "the response is not from a wsmq hub but from a web page, or a proxy does not forward WebSockets";
}
