import { useState } from "preact/hooks";
import { Copy } from "../../shared/copy";
import { textOf } from "../http/problem";
import { indented, members } from "../http/raw-json";
import { bytes } from "./parts";

/** The message in an answer, cut into its parts without parsing the body. */
export interface Raw {
  body: string | undefined;
  data: string | undefined;
  contentType: string | undefined;
  headers: string | undefined;
}

/** @param text the JSON of a delivery */
export function rawOf(text: string): Raw {
  const found = members(text) ?? {};
  const plain = (name: string) => (found[name] === undefined ? undefined : JSON.parse(found[name]) as string);
  return { body: found["body"], data: plain("data"), contentType: plain("contentType"), headers: found["headers"] };
}

/** A body: loaded with a click, as text, exactly as it was sent. */
export function Body({ load, size, isOpen = false }: { load: () => Promise<Raw | undefined>; size?: number | undefined; isOpen?: boolean }) {
  const [raw, setRaw] = useState<Raw>();
  const [error, setError] = useState("");
  const [isAsked, setAsked] = useState(false);
  const show = async () => {
    setAsked(true);
    try {
      const found = await load();
      if (found) setRaw(found);
      else setError("It is not stored any more.");
    } catch (e) {
      setError(textOf(e));
    }
  };
  if (isOpen && !isAsked) void show();
  if (error) return <p class="bad" role="alert">{error}</p>;
  if (!raw) return <button onClick={() => void show()} disabled={isAsked}>Show body{size === undefined ? "" : ` (${bytes(size)})`}</button>;
  return <RawView raw={raw} />;
}

function RawView({ raw }: { raw: Raw }) {
  const [isAsSent, setAsSent] = useState(false);
  const text = raw.body ?? raw.data ?? "";
  return (
    <div class="body">
      <div class="row">
        {raw.body !== undefined
          ? <label class="row dim"><input type="checkbox" checked={isAsSent} onChange={e => setAsSent(e.currentTarget.checked)} />as sent</label>
          : <span class="dim">{raw.contentType}, in base64</span>}
        <span class="grow" />
        <Copy text={text} />
      </div>
      {raw.headers && <pre class="dim" aria-label="Headers" tabIndex={0}>{indented(raw.headers)}</pre>}
      <pre aria-label="Body" tabIndex={0}>{raw.body === undefined || isAsSent ? text : indented(text)}</pre>
    </div>
  );
}
