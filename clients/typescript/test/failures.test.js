import { failures } from '../support/cases/failures.js';
import { Setting } from '../support/pages.js';

failures(Setting);
