import { useEffect, useRef, useState } from "preact/hooks";
import { textOf } from "../http/problem";
import { isUnknown, sessions } from "../http/session";

/** Something that is loaded, and loaded again. */
export interface Loaded<T> {
  value: T | undefined;
  error: string;
  isLoading: boolean;
  reload(): void;
}

/**
 * Loads something when the key changes, and every so often while the page is visible. The last value stays while the next one is loaded.
 * @param load gets a signal that is aborted when its answer is not needed any more
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal, isRepeated: boolean) => Promise<T>, interval?: number): Loaded<T> {
  const [state, setState] = useState<{ key: string; value: T | undefined; error: string; isLoading: boolean }>(
    { key, value: undefined, error: "", isLoading: true });
  const [round, setRound] = useState(0);
  const last = useRef(load);
  last.current = load;
  useEffect(() => {
    const aborted = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (isRepeated: boolean) => {
      if (isRepeated && (document.visibilityState === "hidden" || isUnknown.value)) return later();
      try {
        const value = await last.current(aborted.signal, isRepeated);
        if (!aborted.signal.aborted) setState({ key, value, error: "", isLoading: false });
      } catch (e) {
        if (!aborted.signal.aborted) setState(before => ({ key, value: before.key === key ? before.value : undefined, error: textOf(e), isLoading: false }));
      }

      later();
    };
    const later = () => {
      if (interval && !aborted.signal.aborted) timer = setTimeout(() => void run(true), interval);
    };
    setState(before => ({ key, value: before.key === key ? before.value : undefined, error: "", isLoading: true }));
    void run(false);
    return () => {
      aborted.abort();
      clearTimeout(timer);
    };
  }, [key, round]);
  // What failed because nobody was signed in is loaded again. What was loaded stays.
  useEffect(() => { if (state.error) setRound(n => n + 1); }, [sessions.value]);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined, error: isCurrent ? state.error : "", isLoading: !isCurrent || state.isLoading,
    reload: () => setRound(n => n + 1),
  };
}

/** Pages of a list, one after another. */
export interface Paged<T> extends Loaded<T[]> {
  hasMore: boolean;
  more(): void;
}

/** Loads the first page of a list, and further ones when asked. */
export function usePages<T>(key: string, load: (next: string | undefined, signal: AbortSignal) => Promise<{ items: T[]; next: string | null }>): Paged<T> {
  const [further, setFurther] = useState<{ key: string; items: T[]; next: string | null; error: string }>();
  const [isLoading, setLoading] = useState(false);
  const loading = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => loading.current?.abort(), [key]);
  const first = useLoad(key, async signal => {
    loading.current?.abort();
    const page = await load(undefined, signal);
    setFurther({ key, items: [], next: page.next, error: "" });
    return page.items;
  });
  const current = further?.key === key ? further : undefined;
  const more = async () => {
    if (!current?.next) return;
    loading.current?.abort();
    const { signal } = loading.current = new AbortController();
    setLoading(true);
    try {
      const page = await load(current.next, signal);
      if (!signal.aborted) setFurther({ key, items: [...current.items, ...page.items], next: page.next, error: "" });
    } catch (e) {
      if (!signal.aborted) setFurther({ ...current, error: textOf(e) });
    } finally {
      if (loading.current?.signal === signal) setLoading(false);
    }
  };
  return {
    ...first, value: first.value && [...first.value, ...current?.items ?? []], error: first.error || (current?.error ?? ""),
    isLoading: first.isLoading || isLoading, hasMore: !!current?.next, more: () => void more(),
  };
}
