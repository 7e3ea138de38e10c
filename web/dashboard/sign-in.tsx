import { useEffect, useRef, useState } from "preact/hooks";
import { textOf } from "./http/problem";
import { askForToken, canAskForToken, isUnknown, refused, retry, setToken, token } from "./http/session";

/** Over the page, when the operator is not known any more: what is typed there stays, for the same operator. */
export function SignInAgain() {
  const dialog = useRef<HTMLDialogElement>(null);
  const show = () => dialog.current?.showModal();
  useEffect(show, []);
  return (
    <dialog ref={dialog} class="over" aria-label="Sign in again" onCancel={e => e.preventDefault()} onClose={show}>
      <SignIn />
      {refused.value && <p class="bad" role="alert">{refused.value}</p>}
      {isUnknown.value
        ? <p class="row dim">If you have signed in elsewhere: <button onClick={retry}>Try again</button></p>
        : <p class="dim" aria-busy="true">Asking for your rights…</p>}
    </dialog>
  );
}

/** For apps with bearer tokens. An app with cookies has signed its user in before this page is opened. */
export function SignIn() {
  const [text, setText] = useState("");
  const [error, setError] = useState("");
  const ask = () => askForToken().catch((e: unknown) => setError(textOf(e)));
  return (
    <section class="panel sign-in" aria-label="Sign in">
      <h1><img src="./icon.svg" width="20" height="20" alt="" />wsmq</h1>
      {canAskForToken && <button class="primary" onClick={() => void ask()}>Sign in with a token of this app</button>}
      <label class="field">
        <span>Access token</span>
        <input type="password" autoComplete="off" spellcheck={false} value={text} onInput={e => setText(e.currentTarget.value)}
          onKeyDown={e => { if (e.key === "Enter" && text) setToken(text.trim()); }} />
      </label>
      <div class="row">
        <button class={canAskForToken ? "" : "primary"} disabled={!text.trim()} onClick={() => setToken(text.trim())}>Use this token</button>
      </div>
      {token.value && isUnknown.value && !refused.value && !error && <p class="bad" role="alert">The token is not accepted: it is wrong, or it has expired.</p>}
      {error && <p class="bad" role="alert">{error}</p>}
      <p class="dim">The token stays in this tab, until it is closed.</p>
    </section>
  );
}
