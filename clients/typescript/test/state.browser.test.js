import { state } from '../support/cases/state.js';
import { NODES } from '../support/cases/stores.js';
import { ChromiumSetting } from '../support/chromium-setting.js';

state(await ChromiumSetting.start(), NODES);
