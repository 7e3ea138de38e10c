import { clientMisconfigured } from "../errors.js";

/**
 * The URL of a connection, complete. It is not looked at before the start, because a server that renders pages makes clients as well, with
 * URLs that are relative to the page.
 * @throws WsmqError the URL can never work
 */
export function hubUrl(text: string, device: string, more = ""): string {
  const url = urlOf(text);
  url.search += `${url.search ? "&" : "?"}device=${encodeURIComponent(device)}&batch=true&store=true&state=true&skips=true${more}`;
  return url.href;
}

/** The URL without what may be secret: query, fragment, user name and password. */
export const shownUrl = (text: string): string => text.replace(/[?#].*/s, "").replace(/\/\/[^/]*@/, "//");

function urlOf(text: string): URL {
  let url;
  try {
    url = new URL(text, globalThis.location?.href);
  } catch {
    throw clientMisconfigured(`the url '${shownUrl(text)}' is relative, and there is no page: it must be complete, such as https://shop.example/wsmq`);
  }

  // SignalR in Node.js takes no others; the transport makes WebSocket's of them.
  url.protocol = url.protocol.replace("ws", "http");
  if (!url.protocol.startsWith("http") || url.hash || url.username || url.password) {
    throw clientMisconfigured(
      `the url '${shownUrl(text)}' must begin with https, http, wss or ws, and have no user name, password or fragment`);
  }

  return url;
}
