import { plain } from '../support/cases/plain.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

plain(await ChromiumSetting.start());
