import { messages } from '../support/cases/messages.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

messages(await ChromiumSetting.start(), NODES);
