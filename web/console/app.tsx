import { useEffect } from "preact/hooks";
import { CodeView } from "./code-view";
import { refreshMembers } from "./group";
import { Person } from "./person";
import { PersonView } from "./person-view";
import { QueueView } from "./queue-view";
import { WireView } from "./wire-view";

const people = [new Person("alice"), new Person("bob")];
const { dashboard } = document.documentElement.dataset;

export function App() {
  useEffect(() => {
    for (const person of people) void person.start();
    void refreshMembers();
  }, []);
  return (
    <>
      <header class="top">
        <h1><img src="./icon.svg" width="18" height="18" alt="" />wsmq console</h1>
        <p class="dim grow">Two users on this host. Send, cut a connection, and see what arrives after it is back.</p>
        <a href={dashboard}>Dashboard</a>
      </header>
      <main>
        {people.map((person, i) => <PersonView key={person.name} person={person} other={people[1 - i]!.name} hasFocus={i === 0} />)}
        <div class="side">
          <CodeView />
          <WireView />
        </div>
        <QueueView people={people} />
      </main>
    </>
  );
}
