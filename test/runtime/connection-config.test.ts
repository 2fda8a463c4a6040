/**
 * Flow JSON of a connection as settings, old flows included.
 */
import assert from 'node:assert/strict';
import { connectionConfig } from '../../src/runtime/connection-config.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { helper, importFlow, importNode, load, unload } from '../support/flow.ts';

const credentials = { clientId: '1042', clientSecret: '6f9619ff-8b86-d011-b42d-00c04fc964ff' };

describe('flow JSON of a connection', () => {
  it('means OAuth 2.0 where it does not name the authentication', () => {
    const { settings } = connectionConfig({ customer: 'acme', environment: 'playground' }, credentials);
    assert.equal(settings.authentication, 'oauth2');
    assert.equal(
      settings.addresses.tokenUrl,
      'https://acme.api-se.playground.norce.tech/identity/1.0/connect/token',
    );
  });

  it('gives a job a day unless it says otherwise, and two weeks at the most', () => {
    const limitOf = (jobLimit?: unknown) =>
      connectionConfig({ customer: 'acme', environment: 'playground', jobLimit }, credentials).jobLimit;
    assert.deepEqual(
      [undefined, '', 1, '336'].map(limitOf),
      [24, 24, 1, 336].map((hours) => hours * 3_600_000),
    );
    for (const unfit of ['0', '337', '1.5', 'x']) {
      assert.throws(() => limitOf(unfit), { code: 'CONFIG_INVALID', message: /jobLimit/ });
    }
  });

  it('refuses another authentication', () => {
    assert.throws(
      () =>
        connectionConfig(
          { customer: 'acme', environment: 'playground', authentication: 'digest' },
          credentials,
        ),
      { code: 'CONFIG_INVALID', message: /authentication/ },
    );
  });
});

describe('basic authentication in a flow', () => {
  const server = new ConnectServer();
  before(async () => {
    await server.start();
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
    await server.stop();
  });
  afterEach(unload);

  const basic = () => ({
    addressMode: 'own',
    authentication: 'basic',
    connectUrl: server.addresses.connectUrl,
    tokenUrl: '',
  });

  it('sends without a token', async () => {
    let authorization: string | undefined;
    server.behaviour.connect = ({ headers }, _body, response) => {
      authorization = headers.authorization;
      response.end('{"JobId":"9"}');
    };
    const flow = importFlow('import-onhands', server.addresses);
    Object.assign(flow[1] as object, basic());
    const got = await load(flow, { connection: credentials });
    importNode().receive({
      payload: [{ PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 }],
    });
    await got.ended();
    assert.equal(got.of('accepted')[0]?.norce.jobId, '9');
    const { clientId, clientSecret } = credentials;
    assert.equal(authorization, `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`);
    assert.equal(server.tokenRequests, 0);
  });

  it('can be tested before it is deployed', async () => {
    server.behaviour.connect = (_request, _body, response) => void response.end('pong');
    await load(importFlow('import-onhands', server.addresses));
    const { body } = await helper
      .request()
      .post('/norce-connect/test')
      .send({ id: 'new', config: basic(), credentials });
    assert.equal((body as { ok: boolean }).ok, true, JSON.stringify(body));
    assert.equal(server.tokenRequests, 0);
  });
});
