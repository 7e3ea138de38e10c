import { Fragment, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Calls } from "./calls";
import { SignIn, SignInAgain } from "./sign-in";
import { loadRights, operators, rights, signOut } from "./http/rights";
import { link, route } from "./http/route";
import { isKnown, isUnknown, refused, sessions, token } from "./http/session";
import { AddressPage } from "./pages/address";
import { AddressesPage } from "./pages/addresses";
import { DeadLettersPage } from "./pages/dead-letters";
import { GroupPage } from "./pages/group";
import { MessagePage } from "./pages/message";
import { OverviewPage } from "./pages/overview";
import { QueuePage } from "./pages/queue";
import { QueuesPage } from "./pages/queues";
import { SendPage } from "./pages/send";
import { TailPage } from "./pages/tail";
import { UserPage, UsersPage } from "./pages/users";

interface Section {
  path: string;
  title: string;

  /** Whether the user may see it. Targets are asked for on the page itself. */
  isShown: () => boolean;
  page: (...parts: string[]) => ComponentChildren;
}

const views = () => rights.value?.actions.includes("View") ?? false;

const SECTIONS: readonly Section[] = [
  { path: "", title: "Overview", isShown: views, page: () => <OverviewPage /> },
  {
    path: "addresses", title: "Addresses", isShown: views,
    page: (address, position) => position ? <MessagePage key={address! + position} address={address!} position={position} />
      : address ? <AddressPage key={address} address={address} /> : <AddressesPage />,
  },
  { path: "queues", title: "Queues", isShown: () => true, page: queue => (queue ? <QueuePage key={queue} queue={queue} /> : <QueuesPage />) },
  { path: "dead-letters", title: "Dead letters", isShown: views, page: () => <DeadLettersPage /> },
  { path: "users", title: "Users", isShown: () => true, page: user => (user ? <UserPage key={user} user={user} /> : <UsersPage />) },
  { path: "tail", title: "Live tail", isShown: views, page: address => <TailPage key={address} address={address} /> },
  { path: "send", title: "Send", isShown: () => rights.value?.actions.includes("Send") ?? false, page: address => <SendPage address={address} /> },
];

const { home, homeTitle } = document.documentElement.dataset as { home: string; homeTitle: string };

export function App() {
  useEffect(() => { if (!isUnknown.value) void loadRights(); }, [sessions.value]);
  const [first = "", ...rest] = route.value.parts;
  const section = SECTIONS.find(one => one.path === first);
  useEffect(() => { document.title = `${section?.title ?? "Groups"} – wsmq`; }, [section]);
  if (!rights.value && isUnknown.value) return <main class="alone"><SignIn /></main>;
  if (!rights.value) return <main class="alone" aria-busy="true"><p class="dim">Asking for your rights…</p></main>;

  // What concerns a single address is asked for on its page. Without an answer about the rights they may be there.
  const isHidden = section && rest.length === 0 && !refused.value && !section.isShown();

  // Another operator gets nothing of what this one has typed or seen.
  return (
    <Fragment key={operators.value}>
      <a class="skip" href="#main" onClick={e => { e.preventDefault(); document.getElementById("main")!.focus(); }}>To the content</a>
      <nav aria-label="Sections">
        <p class="brand"><img src="./icon.svg" width="18" height="18" alt="" />wsmq</p>
        <ul>
          {SECTIONS.filter(one => one.isShown()).map(one => (
            <li key={one.path}><a href={link(one.path)} aria-current={one.path === first ? "page" : undefined}>{one.title}</a></li>
          ))}
        </ul>
        <span class="grow" />
        {home && <a class="home" href={home}>{homeTitle}</a>}
        <p class="dim who">{rights.value.user || "No operator"}</p>
        {token.value && <button class="quiet" onClick={signOut}>Sign out</button>}
      </nav>
      <div class="page">
        <main id="main" tabIndex={-1}>
          {isKnown.value && refused.value && <p class="bad notice" role="alert">{refused.value}</p>}
          {isHidden ? <NoRights user={rights.value.user} /> : section?.page(...rest) ?? (first === "groups" && rest[0] ? <GroupPage key={rest[0]} group={rest[0]} /> : <p>There is no such page.</p>)}
        </main>
        <Calls />
      </div>
      {!isKnown.value && <SignInAgain />}
    </Fragment>
  );
}

function NoRights({ user }: { user: string }) {
  return (
    <>
      <h1>No right to see the whole deployment</h1>
      <p>
        The authorizer of the app does not let {user || "this user"} see all of it. What concerns a single queue, user or group may be allowed:
        open it from the menu.
      </p>
      <p class="dim">
        Operators are those whom <code>IWsmqAuthorizer.CanAdministerAsync</code> of the app allows <code>View</code>; in the ready host,
        those in <code>Wsmq:Operators</code>.
      </p>
    </>
  );
}
