import { messages } from '../support/cases/messages.js';
import { Setting } from '../support/pages.js';

messages(Setting);
