import { messages } from '../support/cases/messages.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

messages(await ChromiumSetting.start());
