import { plain } from '../support/cases/plain.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

plain(await ChromiumSetting.start(), NODES);
