import { failures } from '../support/cases/failures.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

failures(await ChromiumSetting.start());
