import { useState } from "preact/hooks";

/** Copies a text, also on a page that is not served over https, where browsers have no clipboard API. */
export function Copy({ text, label = "Copy", isQuiet = true }: { text: string; label?: string; isQuiet?: boolean }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await write(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return <button class={isQuiet ? "quiet" : ""} onClick={() => void copy()}><span aria-live="polite">{isCopied ? "Copied" : label}</span></button>;
}

async function write(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
