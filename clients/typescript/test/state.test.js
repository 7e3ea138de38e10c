import { state } from '../support/cases/state.js';
import { Setting } from '../support/pages.js';

state(Setting);
