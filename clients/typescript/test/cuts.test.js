import { cuts } from '../support/cases/cuts.js';
import { Setting } from '../support/pages.js';

cuts(Setting);
