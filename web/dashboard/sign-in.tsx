import { useState } from "preact/hooks";
import { textOf } from "./http/problem";
import { askForToken, canAskForToken, setToken, token } from "./http/session";

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
      {token.value && !error && <p class="bad" role="alert">The token is not accepted: it is wrong, or it has expired.</p>}
      {error && <p class="bad" role="alert">{error}</p>}
      <p class="dim">The token stays in this tab, until it is closed.</p>
    </section>
  );
}
