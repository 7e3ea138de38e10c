import { failures } from '../support/cases/failures.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

failures(await ChromiumSetting.start(), NODES);
