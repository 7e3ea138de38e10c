import { cuts } from '../support/cases/cuts.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

cuts(await ChromiumSetting.start());
