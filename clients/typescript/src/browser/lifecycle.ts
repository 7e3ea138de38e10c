import type { ConnectionLoop } from "../connection/loop.js";
import type { PageEnvironment } from "./environment.js";

/**
 * Follows the page. One that is left or frozen gives up its connection in order: its browser closes the socket anyway, or lets it stand
 * with paused timers until the server does. One that is shown again, or whose network is back, does not wait for the next attempt, and
 * drops a connection or an attempt that hangs. `navigator.onLine` is not asked: it is wrong behind some VPNs.
 * @returns a function that ends it
 */
export function followPage({ window, document }: PageEnvironment, loop: ConnectionLoop, left: () => void): () => void {
  const leave = () => {
    loop.suspend("the page is hidden or frozen by the browser");
    left();
  };
  const wake = () => {
    if (document.visibilityState === "visible") loop.wake();
  };
  const listeners: [EventTarget, string, () => void][] = [
    [window, "pagehide", leave],
    [document, "freeze", leave],
    [window, "pageshow", () => loop.resume()],
    [document, "resume", () => loop.resume()],
    [document, "visibilitychange", wake],
    [window, "online", () => loop.wake()],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener);
  };
}
