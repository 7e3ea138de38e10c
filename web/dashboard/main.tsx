import "../shared/base.css";
import "./dashboard.css";
import { render } from "preact";
import { App } from "./app";

render(<App />, document.body);
