import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../../../Wsmq.Tests/PlainClients/support/eventually.js';
import { Process, TempFolder } from '../../../Wsmq.Tests/PlainClients/support/process.js';
import { built, neutralEnvironment } from '../../../Wsmq.Tests/PlainClients/support/programs.js';
import { PACKAGE, remove, tempFolder } from '../support/bundles.js';

const SAMPLES = path.resolve(PACKAGE, '../../samples');

// Here and not with the plain clients, because programs are copied to where they find @microsoft/signalr, as after `npm install`.
describe('the device in JavaScript of the sample Devices', () => {
  let folder;
  let programs;
  let server;
  let root;
  let operator;
  const devices = [];
  before(async () => {
    folder = await TempFolder.make();
    programs = await tempFolder();
    await cp(path.join(SAMPLES, 'JavaScript'), path.join(programs, 'JavaScript'), { recursive: true });
    await cp(path.join(SAMPLES, 'Devices/thermostat.js'), path.join(programs, 'Devices/thermostat.js'));
    const args = ['--urls', 'http://127.0.0.1:0', '--contentRoot', folder.path, '--Devices:MaxWaiting', '2'];
    [server, [, root]] = await Process.start('dotnet', [built('samples/Devices/DeviceServer'), ...args], neutralEnvironment(), /Now listening on: (\S+)/);
    operator = await (await fetch(`${root}/tokens/operators/olga`, { method: 'POST' })).text();
  });
  after(async () => {
    for (const device of devices) if (!device.hasEnded) await device.kill();
    await server?.stop();
    await folder?.stop();
    if (programs) await remove(programs);
  });

  async function start(id) {
    const program = path.join(programs, 'Devices/thermostat.js');
    const [device] = await Process.start(process.execPath, [program, id, root], neutralEnvironment(), new RegExp(`${id}: Connected`));
    devices.push(device);
    return device;
  }

  async function ask(method, to, body) {
    const answer = await fetch(`${root}/devices/${to}`, {
      method, headers: { Authorization: `Bearer ${operator}`, ...(body && { 'Content-Type': 'application/json' }) }, body: body && JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
  }

  const command = (id, name, body) => ask('POST', `${id}/commands/${name}`, body);
  const says = (device, text) => eventually(() => `it says '${text}': ${device.output}`, () => device.output.includes(text));
  const problem = ([status, { code, deviceCode, detail }]) => [status, code, deviceCode, detail];

  test('answers, refuses, stops what nobody waits for, and is lost or not there', async () => {
    assert.deepEqual(problem(await command('js', 'measure')).slice(0, 2), [503, 'no-responder']);
    const device = await start('js');
    assert.deepEqual(await command('js', 'measure'), [200, { celsius: 19.5 }]);
    assert.deepEqual(await command('js', 'set-target', { celsius: 22 }), [200, { celsius: 22 }]);
    assert.deepEqual(problem(await command('js', 'set-target', { celsius: 50 })), [502, 'request-failed', 'out-of-range', '5 to 30 degrees']);
    assert.deepEqual(problem(await command('js', 'calibrate?timeoutMs=300', { seconds: 600 })).slice(0, 2), [504, 'request-timeout']);
    await says(device, 'calibrate stopped: nobody waits');
    await eventually('a reading arrives', async () => (await ask('GET', 'js'))[1].reading?.celsius === 19.5);

    const running = command('js', 'calibrate?timeoutMs=240000', { seconds: 600 });
    await eventually('it works on the command', () => device.output.split('calibrating').length === 3);
    await device.kill();
    assert.deepEqual(problem(await running).slice(0, 3), [502, 'request-failed', 'responder-lost']);
    assert.deepEqual(problem(await command('js', 'measure')).slice(0, 2), [503, 'no-responder']);
  });

  test('comes back, and gets its newest configuration first, and then what its queue still has', async () => {
    await ask('PUT', 'back/configuration', { celsius: 10, reportEverySeconds: 1 });
    const before = await start('back');
    await says(before, 'configuration: 10 degrees');

    // Over the connection on which it has acknowledged the configuration.
    assert.deepEqual(await command('back', 'measure'), [200, { celsius: 9.5 }]);
    await before.kill();
    for (const celsius of [11, 12, 13]) await ask('PUT', 'back/configuration', { celsius, reportEverySeconds: 1 });
    for (const text of ['one', 'two', 'three']) await ask('POST', 'back/notices?withinMs=600000', { text });
    const device = await start('back');
    await says(device, 'notice: three');
    const said = device.output.split('\n').filter(line => /^(configuration|missed|notice)/.test(line));
    assert.deepEqual(said, [
      'configuration: 13 degrees, the newest configuration of those that were missed', 'missed: retention', 'notice: two', 'notice: three',
    ]);
    assert.deepEqual(await command('back', 'measure'), [200, { celsius: 12.5 }]);
  });
});
