/**
 * Basic authentication: the credential goes with each request, nothing else is asked, and it is shown to nobody.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  type Call,
  ConnectionRegistry,
  resolveAddresses,
  testConnection,
} from '../../src/connection/index.ts';
import { ConnectError } from '../../src/errors.ts';
import { answerJson, ConnectServer } from './support/connect-server.ts';
import { SECRET, settingsFor } from './support/settings.ts';

const applicationId = '1042';
const credential = Buffer.from(`${applicationId}:${SECRET}`).toString('base64');
const ping: Call = { method: 'GET', path: '/Job/Ping', priority: 'polls', repeatable: true };

describe('basic authentication', () => {
  let server: ConnectServer;
  let registry: ConnectionRegistry;
  beforeEach(async () => {
    server = new ConnectServer();
    await server.start();
    registry = new ConnectionRegistry({ minute: 120 });
  });
  afterEach(async () => {
    await registry.close();
    await server.stop();
  });
  const basicSettings = (changes = {}) =>
    settingsFor(
      { connectUrl: server.addresses.connectUrl, tokenUrl: '' },
      { authentication: 'basic', clientId: applicationId, ...changes },
    );

  it('sends application id and secret, and asks for no token', async () => {
    const seen: (string | undefined)[] = [];
    server.behaviour.connect = ({ headers }, _body, response) => {
      seen.push(headers.authorization);
      response.end('{}');
    };
    const connection = registry.acquire(basicSettings());
    await connection.call(ping);
    await connection.call(ping);
    await testConnection(basicSettings(), registry);
    assert.deepEqual(seen, Array(3).fill(`Basic ${credential}`));
    assert.equal(server.tokenRequests, 0);
  });

  it('a 401 is final at once, says what to check and hides the credential', async () => {
    server.behaviour.connect = ({ headers }, _body, response) =>
      answerJson(response, 401, { Message: `you sent ${headers.authorization} and ${SECRET}` });
    for (const refused of [
      registry.acquire(basicSettings()).call(ping),
      testConnection(basicSettings(), registry),
    ]) {
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof ConnectError);
        assert.equal(error.code, 'UNAUTHORIZED');
        assert.equal(error.status, 401);
        assert.match(error.message, /application id and its secret/);
        assert.doesNotMatch(error.message, /token/i);
        const shown = inspect(error, { depth: 9, showHidden: true });
        for (const text of [SECRET, credential]) assert.ok(!shown.includes(text));
        return true;
      });
    }
    assert.equal(server.arrivals.length, 2);
    assert.equal(server.tokenRequests, 0);
  });

  it('keeps the limit and tries again as ever', async () => {
    let index = 0;
    server.behaviour.connect = (_request, _body, response) => {
      index += 1;
      answerJson(response, [429, 503][index - 1] ?? 200, {});
    };
    const answer = await registry.acquire(basicSettings()).call(ping);
    assert.equal(answer.attempts, 3);
  });

  it('takes no settings that could not work', () => {
    const bad = [
      [{ clientId: '' }, /application id is missing/],
      [{ clientSecret: '' }, /secret is missing/],
      [{ clientId: '10:42' }, /colon/],
    ] as const;
    for (const [changes, message] of bad) {
      assert.throws(() => registry.acquire(basicSettings(changes)), { code: 'SETTINGS_INVALID', message });
    }
    // Without the choice a token is needed, so its address is.
    const addresses = { connectUrl: server.addresses.connectUrl, tokenUrl: '' };
    assert.throws(() => registry.acquire(settingsFor(addresses)), { code: 'ADDRESS_INVALID' });
  });

  it('needs no token address', () => {
    assert.deepEqual(
      resolveAddresses({ authentication: 'basic', connectUrl: 'https://connect.example/4.0/api/' }),
      { connectUrl: 'https://connect.example/4.0/api', tokenUrl: '' },
    );
    assert.deepEqual(resolveAddresses({ authentication: 'basic', customer: 'acme', environment: 'stage' }), {
      connectUrl: 'https://acme.api-se.stage.norce.tech/commerce/connect/4.0',
      tokenUrl: '',
    });
    assert.throws(() => resolveAddresses({ authentication: 'basic' }), /or the Connect address/);
    assert.throws(() => resolveAddresses({ connectUrl: 'https://connect.example' }), /token address/);
  });
});
