import { plain } from '../support/cases/plain.js';
import { Setting } from '../support/pages.js';

plain(Setting);
