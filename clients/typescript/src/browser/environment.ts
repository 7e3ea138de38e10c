/** What the client uses of a page. In a browser it is the page itself; a test or another host can pass its own. */
export interface PageEnvironment {
  /** Gets `pagehide`, `pageshow` and `online`. */
  window: EventTarget;

  /** Gets `visibilitychange`, `freeze` and `resume`. */
  document: EventTarget & { readonly visibilityState: string };

  /** Web Locks; undefined where the browser has none, or the page is not secure. */
  locks?: Pick<LockManager, "request"> | undefined;

  /** Storage of all tabs; undefined where it is blocked. */
  localStorage?: Pick<Storage, "getItem" | "setItem"> | undefined;

  /** Storage of the tab, which is copied with it; undefined where it is blocked. */
  sessionStorage?: Pick<Storage, "getItem" | "setItem"> | undefined;
}

/** The page that runs this code; undefined outside of pages. Called at the start: a server that renders pages has none. */
export function currentPage(): PageEnvironment | undefined {
  if (typeof window === "undefined" || typeof document === "undefined") return undefined;
  return {
    window,
    document,
    locks: navigator.locks,
    localStorage: allowed(() => localStorage),
    sessionStorage: allowed(() => sessionStorage),
  };
}

// Reading the property throws where the user forbids storage.
function allowed(storage: () => Storage): Storage | undefined {
  try {
    return storage();
  } catch {
    return undefined;
  }
}
