import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { curlOf, send, type Call } from "../http/call";
import { textOf } from "../http/problem";
import { Copy } from "../../shared/copy";

/** A button that changes something: it first says what will happen, and with which call. */
export function Action({ label, title, children, call, run, done, isDanger = false, isPrimary = false, isReady = true, opened }: {
  label: string;

  /** What the dialog asks. Default: the label. */
  title?: string;

  /** What will happen, and what the user can choose. */
  children?: ComponentChildren;

  /** The call that is made, or the first of several. */
  call: Call;

  /** Makes the call or calls. Default: makes the call once. */
  run?: (() => Promise<unknown>) | undefined;
  done?: () => void;
  isDanger?: boolean;
  isPrimary?: boolean;

  /** Whether everything that the call needs is known. */
  isReady?: boolean;
  opened?: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState("");
  const open = () => {
    setError("");
    setOpen(true);
    dialog.current!.showModal();
    opened?.();
  };
  const confirm = async () => {
    setRunning(true);
    setError("");
    try {
      await (run ? run() : send(call));
      dialog.current?.close();
      done?.();
    } catch (e) {
      setError(textOf(e));
    } finally {
      setRunning(false);
    }
  };
  const name = title ?? label;
  return (
    <>
      <button class={isPrimary ? "primary" : isDanger ? "danger" : ""} onClick={open}>{label}</button>
      <dialog ref={dialog} aria-label={name} onClose={() => setOpen(false)}>
        {isOpen && (
          <>
            <h2>{name}</h2>
            <div class="what">{children}</div>
            <Curl call={call} />
            {error && <p class="bad" role="alert">{error}</p>}
            <div class="row end">
              <button onClick={() => dialog.current!.close()}>Cancel</button>
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
