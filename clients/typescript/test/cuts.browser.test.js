import { cuts } from '../support/cases/cuts.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

cuts(await ChromiumSetting.start(), NODES);
