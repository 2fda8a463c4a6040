/**
 * The route behind "Test connection" tries what is typed, and gives a stored secret to nobody else.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { NodeRed } from '../support/node-red.ts';

const secret = 'admin-route-secret';

describe('the route that tests a connection', () => {
  let simulator: Simulator;
  let stranger: ConnectServer;
  let nodeRed: NodeRed;

  before(async () => {
    simulator = await Simulator.start({ mood: 'kind', clients: [{ id: 'erp', secret }] });
    stranger = new ConnectServer();
    await stranger.start();
    nodeRed = await NodeRed.start();
    const { connectUrl, tokenUrl } = simulator;
    const credentials = { clientId: 'erp', clientSecret: secret };
    const config = { id: 'connection', type: 'norce-connect-config', addressMode: 'own' };
    const user = { id: 'user', z: 'tab', type: 'norce-import-onhands', connection: 'connection', wires: [] };
    await nodeRed.deploy([
      { id: 'tab', type: 'tab' },
      { ...config, connectUrl, tokenUrl, credentials },
      { ...user, x: 1, y: 1 },
      { id: 'way', type: 'http proxy', name: 'way', url: stranger.origin, noproxy: [] },
    ]);
  });
  after(async () => {
    await nodeRed?.stop();
    await stranger?.stop();
    await simulator?.close();
  });

  async function post(body: string, contentType = 'application/json') {
    const headers = { 'content-type': contentType };
    const answer = await fetch(`${nodeRed.url}/norce-connect/test`, { method: 'POST', headers, body });
    const { ok, code } = (await answer.json()) as { ok: boolean; code?: string };
    return { status: answer.status, ok, code };
  }

  function typed({ connectUrl, tokenUrl }: { connectUrl: string; tokenUrl: string }, clientSecret: string) {
    const config = { addressMode: 'own', connectUrl, tokenUrl };
    return { id: 'connection', config, credentials: { clientId: 'erp', clientSecret } };
  }

  it('takes the stored secret for the addresses that are deployed, and any typed one', async () => {
    for (const clientSecret of ['__PWRD__', secret]) {
      const answer = await post(JSON.stringify(typed(simulator, clientSecret)));
      assert.deepEqual(answer, { status: 200, ok: true, code: undefined });
    }
    const { code } = await post(JSON.stringify(typed(simulator, 'mistyped')));
    assert.equal(code, 'TOKEN_REJECTED');
  });

  it('sends the stored secret through no proxy that is not the deployed one', async () => {
    const given = typed(simulator, '__PWRD__');
    const config = { ...given.config, proxy: 'way' };
    assert.equal((await post(JSON.stringify({ ...given, config }))).code, 'CONFIG_INVALID');
    const norce = { addressMode: 'norce', customer: 'acme', environment: 'playground', proxy: 'way' };
    assert.equal((await post(JSON.stringify({ ...given, config: norce }))).code, 'CONFIG_INVALID');
    assert.equal(stranger.tokenRequests, 0);
  });

  it('gives the stored secret, or a token got with it, to no other address', async () => {
    const { connectUrl, tokenUrl } = stranger.addresses;
    for (const addresses of [
      { connectUrl, tokenUrl },
      { connectUrl: simulator.connectUrl, tokenUrl },
      { connectUrl, tokenUrl: simulator.tokenUrl },
    ]) {
      const { ok, code } = await post(JSON.stringify(typed(addresses, '__PWRD__')));
      assert.deepEqual([ok, code], [false, 'CONFIG_INVALID']);
    }
    assert.equal(stranger.tokenRequests + stranger.arrivals.length, 0);
  });

  it('takes no form, which any web page could send through the browser of whoever may test', async () => {
    const { connectUrl, tokenUrl } = simulator;
    const form = new URLSearchParams({
      id: 'connection',
      'config[addressMode]': 'own',
      'config[connectUrl]': connectUrl,
      'config[tokenUrl]': tokenUrl,
      'credentials[clientId]': 'erp',
      'credentials[clientSecret]': '__PWRD__',
    });
    const before = simulator.tokenRequests.length;
    assert.equal((await post(form.toString(), 'application/x-www-form-urlencoded')).status, 415);
    assert.equal((await post(JSON.stringify(typed(simulator, '__PWRD__')), 'text/plain')).status, 415);
    assert.equal(simulator.tokenRequests.length, before);
  });

  it('answers what makes no sense with a code', async () => {
    for (const body of [
      '{}',
      '[]',
      '{"id":5,"config":[],"credentials":"x"}',
      '{"config":{"addressMode":7}}',
    ]) {
      const { status, ok, code } = await post(body);
      assert.deepEqual([status, ok], [200, false]);
      assert.match(String(code), /^(CONFIG|ADDRESS|SETTINGS)_INVALID$/);
    }
  });
});
