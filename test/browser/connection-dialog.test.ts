/**
 * The dialog of a connection, with the test that it offers, against a local Connect.
 */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';
import { type NodeRedLine, nodeRedLines } from '../support/node-red.ts';
import type { Editor } from './editor.ts';
import { connectionNode } from './nodes.ts';
import { describeOnEachLine, type Stage } from './stage.ts';

const wrongSecret = 'wrong-secret-d41d8cd98f';

function addresses(editor: Editor): Locator {
  return editor.page.locator('#norce-connect-addresses');
}

async function preview(editor: Editor): Promise<string> {
  return (await addresses(editor).textContent()) ?? '';
}

async function tested(editor: Editor): Promise<string> {
  await editor.page.locator('#norce-connect-test').click();
  const result = editor.page.locator('.norce-result-good, .norce-result-bad');
  await result.waitFor();
  return (await result.textContent()) ?? '';
}

const environment = { TEST_CLIENT_SECRET: defaultClient.secret };

describeOnEachLine(
  'dialog of a connection',
  (test) => {
    const simulators = new Map<NodeRedLine, Simulator>();

    // One each: the lines share no limit of the token endpoint.
    before(async () => {
      for (const line of nodeRedLines) {
        simulators.set(line, await Simulator.start({ mood: 'kind', requestLimit: Number.POSITIVE_INFINITY }));
      }
    });

    after(async () => {
      for (const simulator of simulators.values()) await simulator.close();
    });

    function simulatorFor({ line }: Stage): Simulator {
      const simulator = simulators.get(line);
      assert.ok(simulator !== undefined);
      return simulator;
    }

    async function openOwn(stage: Stage, id: string, secret: string): Promise<Editor> {
      const simulator = simulatorFor(stage);
      const editor = await stage.open();
      await editor.add([connectionNode(id, { customer: '' })]);
      await editor.editConfig(id);
      await editor.configField('addressMode').selectOption('own');
      await editor.configField('connectUrl').fill(simulator.connectUrl);
      await editor.configField('tokenUrl').fill(simulator.tokenUrl);
      await editor.configField('clientId').fill(defaultClient.id);
      await editor.configField('clientSecret').fill(secret);
      return editor;
    }

    test('shows where it leads, while typing', async (stage) => {
      const editor = await stage.open();
      await editor.add([connectionNode('c1', { customer: '' })]);
      await editor.editConfig('c1');
      assert.match(await preview(editor), /Give a customer/);
      await editor.configField('customer').fill('Acme');
      assert.deepEqual(await addresses(editor).locator('code').allTextContents(), [
        'https://acme.api-se.playground.norce.tech/commerce/connect/4.0',
        'https://acme.api-se.playground.norce.tech/identity/1.0/connect/token',
      ]);
      await editor.configField('environment').selectOption('production');
      assert.match(await preview(editor), /^https:\/\/acme\.api-se\.norce\.tech\//);
      await editor.configField('customer').fill('acme/evil');
      assert.match(await preview(editor), /letters, digits and hyphens/);
      await editor.configField('customer').fill('\x24{CUSTOMER}');
      assert.match(await preview(editor), /environment variables/);
      await editor.configField('addressMode').selectOption('own');
      await editor.configField('connectUrl').fill('http://acme.example');
      await editor.configField('tokenUrl').fill('https://acme.example');
      assert.match(await preview(editor), /https:\/\//);
      assert.ok(!(await editor.configField('customer').isVisible()));
      await editor.cancel();
    });

    test('tests what is typed, before anything is deployed', async (stage) => {
      const editor = await openOwn(stage, 'c2', defaultClient.secret);
      const text = await tested(editor);
      assert.match(text, /The connection works \(\d+ ms\)\./);
      assert.ok(text.includes(simulatorFor(stage).connectUrl));
      await editor.cancel();
    });

    test('says what is wrong, and never repeats the secret', async (stage) => {
      const editor = await openOwn(stage, 'c3', wrongSecret);
      const text = await tested(editor);
      assert.match(text, /TOKEN_REJECTED/);
      assert.ok(!text.includes(wrongSecret));
      assert.ok(!(await editor.page.content()).includes(wrongSecret));
      assert.ok(!stage.nodeRed.output.includes(wrongSecret));
      await editor.cancel();
    });

    test('asks for what basic authentication needs, and for nothing else', async (stage) => {
      const editor = await stage.open();
      await editor.add([connectionNode('c7', { customer: '' })]);
      await editor.editConfig('c7');
      const labels = () =>
        editor.page.locator('#norce-connect-tabs-connection label:visible').allInnerTexts();
      assert.ok((await labels()).some((label) => label.includes('Client secret')));
      await editor.configField('authentication').selectOption('basic');
      await editor.configField('addressMode').selectOption('own');
      await editor.configField('connectUrl').fill(simulatorFor(stage).connectUrl);
      const shown = (await labels()).join('\n');
      assert.match(shown, /Application ID/);
      assert.match(shown, /Application secret/);
      assert.doesNotMatch(shown, /Client|Scope|Token/);
      assert.deepEqual(await addresses(editor).locator('code').allTextContents(), [
        simulatorFor(stage).connectUrl,
      ]);
      await editor.configField('clientId').fill('1042');
      await editor.configField('clientSecret').fill(wrongSecret);
      assert.match(await tested(editor), /application id and its secret.*UNAUTHORIZED/);
      await editor.done();
      assert.equal((await editor.exported()).find((node) => node.id === 'c7')?.authentication, 'basic');
      await editor.editConfig('c7');
      assert.ok(!(await editor.configField('scope').isVisible()));
      await editor.cancel();
    });

    test('keeps a dry run, which the test does not mind', async (stage) => {
      const editor = await openOwn(stage, 'c8', defaultClient.secret);
      await editor.configField('dryRun').check();
      assert.match(await tested(editor), /The connection works/);
      await editor.done();
      assert.equal((await editor.exported()).find((node) => node.id === 'c8')?.dryRun, true);
    });

    test('keeps the proxy and TLS nodes that are chosen', async (stage) => {
      const editor = await stage.open();
      await editor.add([
        { id: 'way', type: 'http proxy', name: 'the way out', url: 'http://proxy.example:8080', noproxy: [] },
        { id: 'trust', type: 'tls-config', name: 'private authority', verifyservercert: true },
        connectionNode('c9'),
      ]);
      await editor.editConfig('c9');
      await editor.page.locator('#norce-connect-tabs').getByText('Network').click();
      assert.equal(await editor.configField('proxy').inputValue(), '_ADD_');
      await editor.configField('proxy').selectOption('way');
      await editor.configField('tls').selectOption('trust');
      await editor.done();
      const kept = (await editor.exported()).find((node) => node.id === 'c9');
      assert.deepEqual([kept?.proxy, kept?.tls], ['way', 'trust']);
      await editor.editConfig('c9');
      await editor.page.locator('#norce-connect-tabs').getByText('Network').click();
      await editor.configField('proxy').selectOption('_ADD_');
      await editor.done();
      assert.equal((await editor.exported()).find((node) => node.id === 'c9')?.proxy, '');
    });

    test('tests values from environment variables', async (stage) => {
      const editor = await openOwn(stage, 'c4', '\x24{TEST_CLIENT_SECRET}');
      assert.match(await tested(editor), /The connection works/);
      await editor.cancel();
    });

    test('tests with the stored secret once it is deployed, and shows that to nobody', async (stage) => {
      const editor = await openOwn(stage, 'c5', defaultClient.secret);
      await editor.done();
      await editor.deploy();
      assert.ok(!JSON.stringify(await stage.nodeRed.flows()).includes(defaultClient.secret));
      assert.ok(!JSON.stringify(await editor.exported()).includes(defaultClient.secret));

      const later = await stage.reopen();
      await later.editConfig('c5');
      assert.equal(await later.configField('clientSecret').inputValue(), '__PWRD__');
      assert.match(await tested(later), /The connection works/);
      await later.configField('clientSecret').fill(wrongSecret);
      assert.match(await tested(later), /TOKEN_REJECTED/);
      await later.cancel();
    });

    test('says so when Connect cannot be reached', async (stage) => {
      const editor = await openOwn(stage, 'c6', defaultClient.secret);
      await editor.configField('connectUrl').fill('http://127.0.0.1:9/connect');
      await editor.configField('tokenUrl').fill('http://127.0.0.1:9/token');
      assert.match(await tested(editor), /TOKEN_UNAVAILABLE/);
      await editor.cancel();
    });
  },
  { environment },
);
