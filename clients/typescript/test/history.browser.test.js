import { history } from '../support/cases/history.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

history(await ChromiumSetting.start(), NODES);
