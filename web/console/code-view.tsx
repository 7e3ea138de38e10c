import { useState } from "preact/hooks";
import { Copy } from "../shared/copy";
import { Tabs } from "../shared/tabs";
import { filledIn, LANGUAGES, shown, snippets, type Language } from "./snippets";

/** The code that does what was done last. */
export function CodeView() {
  const [chosen, setChosen] = useState<Language>("C#");
  const { title, user, text } = shown.value;
  const snippet = snippets.find(one => one.title === title)!;
  const languages = LANGUAGES.filter(language => snippet.code[language]);
  const language = languages.includes(chosen) ? chosen : languages[0]!;
  const code = filledIn(snippet.code[language]!, language, user, text);
  return (
    <section class="panel code" aria-label="The same in code">
      <div class="head">
        <h2>The same in code</h2>
        <select aria-label="Action" value={title} onChange={e => { shown.value = { ...shown.value, title: e.currentTarget.value }; }}>
          {snippets.map(one => <option key={one.title}>{one.title}</option>)}
        </select>
        <span class="grow" />
        <Tabs names={languages} current={language} choose={name => setChosen(name as Language)} label="Language" panel="code" />
        <Copy text={code} isQuiet={false} />
      </div>
      <div id="code" role="tabpanel" aria-label={`${title} in ${language}`} tabIndex={0}>
        <p class="dim">{snippet.note.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</p>
        <pre>{code}</pre>
      </div>
    </section>
  );
}
