import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { curlOf, send, type Call } from "../http/call";
import { textOf } from "../http/problem";
import { Copy } from "../../shared/copy";

/** A button that changes something: it first says what will happen, and with which call. */
export function Action({ label, title, children, call, run, done, isDanger = false, isPrimary = false, isReady = true, refused = "", opened, cancelled }: {
  label: string;

  /** What the dialog asks. Default: the label. */
  title?: string;

  /** What will happen, and what the user can choose. */
  children?: ComponentChildren;

  /** The call that is made, or the first of several. */
  call: Call;

  /** Makes the call or calls, until the signal: the dialog was closed. Default: makes the call once. */
  run?: ((signal: AbortSignal) => Promise<unknown>) | undefined;

  /** Called when it has succeeded, and when it was stopped: then a part may have been done. */
  done?: () => void;
  isDanger?: boolean;
  isPrimary?: boolean;

  /** Whether everything that the call needs is known. */
  isReady?: boolean;

  /** Why it cannot be done with what is on the page: said beside the button, which then opens nothing. */
  refused?: string;
  opened?: () => void;
  cancelled?: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState("");
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const open = () => {
    setError("");
    setOpen(true);
    dialog.current!.showModal();
    opened?.();
  };
  const confirm = async () => {
    const { signal } = running.current = new AbortController();
    setRunning(true);
    setError("");
    try {
      await (run ? run(signal) : send(call, { signal }));
      if (signal.aborted) return;
      running.current = undefined;
      dialog.current?.close();
      done?.();
    } catch (e) {
      if (signal.aborted) return;
      running.current = undefined;
      setError(textOf(e));
    }

    setRunning(false);
  };
  const closed = () => {
    setOpen(false);
    cancelled?.();
    if (!running.current) return;
    running.current.abort();
    running.current = undefined;
    setRunning(false);
    done?.();
  };
  const name = title ?? label;
  return (
    <>
      <button class={isPrimary ? "primary" : isDanger ? "danger" : ""} onClick={open} disabled={refused !== ""}>{label}</button>
      {refused && <span class="bad" role="status">{refused}</span>}
      <dialog ref={dialog} aria-label={name} onClose={closed}>
        {isOpen && (
          <>
            <h2>{name}</h2>
            <div class="what">{children}</div>
            <Curl call={call} />
            {error && <p class="bad" role="alert">{error}</p>}
            <div class="row end">
              <button onClick={() => dialog.current!.close()}>{isRunning ? "Stop" : "Cancel"}</button>
              <button class={`primary ${isDanger ? "danger" : ""}`} disabled={isRunning || !isReady} onClick={() => void confirm()}>
                {isRunning ? "Working…" : label.replace("…", "")}
              </button>
            </div>
          </>
        )}
      </dialog>
    </>
  );
}

/** A call as a command for a terminal. */
export function Curl({ call }: { call: Call }) {
  const text = curlOf(call);
  return (
    <div class="curl">
      <pre tabIndex={0} aria-label="The call with curl">{text}</pre>
      <Copy text={text} />
    </div>
  );
}
