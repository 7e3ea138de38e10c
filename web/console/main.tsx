import "../shared/base.css";
import "./console.css";
import { render } from "preact";
import { App } from "./app";
import { tap } from "./wire";

tap();
render(<App />, document.body);
