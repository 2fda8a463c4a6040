/**
 * The dialog of a connection, with the test that it offers, against a local Connect.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';
import { NodeRed } from '../support/node-red.ts';
import { launchBrowser } from './chromium.ts';
import { Editor } from './editor.ts';
import { connectionNode } from './nodes.ts';

const wrongSecret = 'wrong-secret-d41d8cd98f';

describe('dialog of a connection', function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;
  let browser: Browser;
  let simulator: Simulator;
  let editor: Editor;

  before(async () => {
    simulator = await Simulator.start({ mood: 'kind', requestLimit: Number.POSITIVE_INFINITY });
    [nodeRed, browser] = await Promise.all([
      NodeRed.start({ TEST_CLIENT_SECRET: defaultClient.secret }),
      launchBrowser(),
    ]);
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await simulator?.close();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    editor = await Editor.open(browser, nodeRed);
  });

  afterEach(async () => {
    const { problems } = editor;
    await editor.close();
    assert.deepEqual(problems, []);
  });

  function addresses() {
    return editor.page.locator('#norce-connect-addresses');
  }

  async function preview(): Promise<string> {
    return (await addresses().textContent()) ?? '';
  }

  async function test(): Promise<string> {
    await editor.page.locator('#norce-connect-test').click();
    const result = editor.page.locator('.norce-result-good, .norce-result-bad');
    await result.waitFor();
    return (await result.textContent()) ?? '';
  }

  async function openOwn(id: string, secret: string): Promise<void> {
    await editor.add([connectionNode(id, { customer: '' })]);
    await editor.editConfig(id);
    await editor.configField('addressMode').selectOption('own');
    await editor.configField('connectUrl').fill(simulator.connectUrl);
    await editor.configField('tokenUrl').fill(simulator.tokenUrl);
    await editor.configField('clientId').fill(defaultClient.id);
    await editor.configField('clientSecret').fill(secret);
  }

  it('shows where it leads, while typing', async () => {
    await editor.add([connectionNode('c1', { customer: '' })]);
    await editor.editConfig('c1');
    assert.match(await preview(), /Give a customer/);
    await editor.configField('customer').fill('Acme');
    assert.deepEqual(await addresses().locator('code').allTextContents(), [
      'https://acme.api-se.playground.norce.tech/commerce/connect/4.0',
      'https://acme.api-se.playground.norce.tech/identity/1.0/connect/token',
    ]);
    await editor.configField('environment').selectOption('production');
    assert.match(await preview(), /^https:\/\/acme\.api-se\.norce\.tech\//);
    await editor.configField('customer').fill('acme/evil');
    assert.match(await preview(), /letters, digits and hyphens/);
    await editor.configField('customer').fill('\x24{CUSTOMER}');
    assert.match(await preview(), /environment variables/);
    await editor.configField('addressMode').selectOption('own');
    await editor.configField('connectUrl').fill('http://acme.example');
    await editor.configField('tokenUrl').fill('https://acme.example');
    assert.match(await preview(), /https:\/\//);
    assert.ok(!(await editor.configField('customer').isVisible()));
    await editor.cancel();
  });

  it('asks for what basic authentication needs, and for nothing else', async () => {
    await editor.add([connectionNode('c7', { customer: '' })]);
    await editor.editConfig('c7');
    const labels = () => editor.page.locator('#norce-connect-tabs-connection label:visible').allInnerTexts();
    assert.ok((await labels()).some((label) => label.includes('Client secret')));
    await editor.configField('authentication').selectOption('basic');
    await editor.configField('addressMode').selectOption('own');
    await editor.configField('connectUrl').fill(simulator.connectUrl);
    const shown = (await labels()).join('\n');
    assert.match(shown, /Application ID/);
    assert.match(shown, /Application secret/);
    assert.doesNotMatch(shown, /Client|Scope|Token/);
    assert.deepEqual(await addresses().locator('code').allTextContents(), [simulator.connectUrl]);
    await editor.configField('clientId').fill('1042');
    await editor.configField('clientSecret').fill(wrongSecret);
    assert.match(await test(), /application id and its secret.*UNAUTHORIZED/);
    await editor.done();
    assert.equal((await editor.exported()).find((node) => node.id === 'c7')?.authentication, 'basic');
    await editor.editConfig('c7');
    assert.ok(!(await editor.configField('scope').isVisible()));
    await editor.cancel();
  });

  it('tests what is typed, before anything is deployed', async () => {
    await openOwn('c2', defaultClient.secret);
    const text = await test();
    assert.match(text, /The connection works \(\d+ ms\)\./);
    assert.ok(text.includes(simulator.connectUrl));
    await editor.cancel();
  });

  it('keeps a dry run, which the test does not mind', async () => {
    await openOwn('c8', defaultClient.secret);
    await editor.configField('dryRun').check();
    assert.match(await test(), /The connection works/);
    await editor.done();
    assert.equal((await editor.exported()).find((node) => node.id === 'c8')?.dryRun, true);
  });

  it('keeps the proxy and TLS nodes that are chosen', async () => {
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

  it('says what is wrong, and never repeats the secret', async () => {
    await openOwn('c3', wrongSecret);
    const text = await test();
    assert.match(text, /TOKEN_REJECTED/);
    assert.ok(!text.includes(wrongSecret));
    assert.ok(!(await editor.page.content()).includes(wrongSecret));
    assert.ok(!nodeRed.output.includes(wrongSecret));
    await editor.cancel();
  });

  it('tests values from environment variables', async () => {
    await openOwn('c4', '\x24{TEST_CLIENT_SECRET}');
    assert.match(await test(), /The connection works/);
    await editor.cancel();
  });

  it('tests with the stored secret once it is deployed, and shows that to nobody', async () => {
    await openOwn('c5', defaultClient.secret);
    await editor.done();
    await editor.deploy();
    assert.ok(!JSON.stringify(await nodeRed.flows()).includes(defaultClient.secret));
    assert.ok(!JSON.stringify(await editor.exported()).includes(defaultClient.secret));
    await editor.close();

    editor = await Editor.open(browser, nodeRed);
    await editor.editConfig('c5');
    assert.equal(await editor.configField('clientSecret').inputValue(), '__PWRD__');
    assert.match(await test(), /The connection works/);
    await editor.configField('clientSecret').fill(wrongSecret);
    assert.match(await test(), /TOKEN_REJECTED/);
    await editor.cancel();
  });

  it('says so when Connect cannot be reached', async () => {
    await openOwn('c6', defaultClient.secret);
    await editor.configField('connectUrl').fill('http://127.0.0.1:9/connect');
    await editor.configField('tokenUrl').fill('http://127.0.0.1:9/token');
    assert.match(await test(), /TOKEN_UNAVAILABLE/);
    await editor.cancel();
  });
});
