/**
 * Node-RED's own proxy and TLS nodes at a connection: what they say happens, or nothing is sent.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { NodeInitializer } from 'node-red';
import { type Certificates, HOST, PASSPHRASE, readCertificates } from '../connection/support/certificates.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { ProxyServer } from '../connection/support/proxy-server.ts';
import {
  allNodes,
  Collector,
  credentials,
  helper,
  importFlow,
  importNode,
  setSettings,
  unload,
} from '../support/flow.ts';

const require = createRequire(import.meta.url);
const coreNodes = ['05-tls.js', '06-httpproxy.js', '21-httprequest.js'].map(
  (file) => require(`@node-red/nodes/core/network/${file}`) as NodeInitializer,
);
const addresses = { connectUrl: `https://${HOST}/connect/4.0`, tokenUrl: `https://${HOST}/token` };
const password = 'Proxy-pass~word_2';
const item = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };

describe('proxy and TLS nodes at a connection', () => {
  let certificates: Certificates;
  let server: ConnectServer;
  let proxy: ProxyServer;
  before(async () => {
    certificates = readCertificates();
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
  });
  beforeEach(async () => {
    const { ca, server: own } = certificates;
    server = new ConnectServer({ tls: { ...own, ca, requestCert: true, rejectUnauthorized: true } });
    proxy = new ProxyServer();
    await Promise.all([server.start(), proxy.start()]);
    proxy.behaviour.target = server.port;
    proxy.behaviour.credentials = `ann:${password}`;
  });
  afterEach(async () => {
    await unload();
    await Promise.all([server.stop(), proxy.stop()]);
  });

  function flow({
    connection = {},
    tls = {},
    way = {},
  }: {
    connection?: object;
    tls?: object;
    way?: object;
  } = {}): object[] {
    const nodes = importFlow('import-onhands', addresses);
    Object.assign(nodes[1] as object, {
      tls: 'tls',
      proxy: 'proxy',
      timeout: '2',
      deadline: '1',
      ...connection,
    });
    return [
      ...nodes,
      { id: 'tls', type: 'tls-config', certType: 'files', verifyservercert: true, servername: '', ...tls },
      { id: 'proxy', type: 'http proxy', url: `http://${proxy.host}`, noproxy: [], ...way },
    ];
  }

  function secrets(more: object = {}): object {
    const { cert, lockedKey } = certificates.client;
    return {
      connection: credentials,
      tls: { cadata: certificates.ca, certdata: cert, keydata: lockedKey, passphrase: PASSPHRASE },
      proxy: { username: 'ann', password },
      ...more,
    };
  }

  async function run(nodes: object[], given: object = secrets()): Promise<Collector> {
    await helper.load([...allNodes, ...coreNodes], nodes, given);
    const got = new Collector(['accepted', 'rejected', 'caught', 'completed']);
    importNode().receive({ payload: [item] });
    await got.ended();
    for (const what of [...got.messages.values(), helper.log().args]) {
      const shown = inspect(what, { depth: 12, maxStringLength: null });
      for (const text of [password, PASSPHRASE, 'PRIVATE KEY']) assert.ok(!shown.includes(text), text);
    }
    return got;
  }

  it('lead an import to Connect', async () => {
    const got = await run(flow());
    assert.deepEqual(
      got.of('caught').map(({ error }) => error?.message),
      [],
    );
    assert.equal(got.of('accepted')[0]?.norce.jobId, '1');
    assert.deepEqual(proxy.tunnels, [`${HOST}:443`, `${HOST}:443`]);
  });

  it('count in the test of a connection too', async () => {
    await helper.load([...allNodes, ...coreNodes], flow(), secrets());
    const post = async (config: object) =>
      (await helper.request().post('/norce-connect/test').send({ id: 'new', config, credentials })).body as {
        ok: boolean;
        code?: string;
        message?: string;
      };
    const config = { addressMode: 'own', ...addresses, tls: 'tls', proxy: 'proxy', deadline: '1' };
    assert.equal((await post(config)).ok, true);
    assert.equal((await post({ ...config, tls: '' })).ok, false);
    const undeployed = await post({ ...config, proxy: 'unknown' });
    assert.equal(undeployed.code, 'CONFIG_INVALID');
    assert.match(undeployed.message ?? '', /not deployed/);
  });

  const faults: readonly [name: string, nodes: () => object[]][] = [
    ['a proxy that is missing', () => flow({ connection: { proxy: 'gone' } })],
    ['a TLS configuration that is missing', () => flow({ connection: { tls: 'gone' } })],
    ['a node of another kind', () => flow({ connection: { tls: 'proxy' } })],
    ['a TLS configuration whose files are missing', () => flow({ tls: { ca: '/nowhere/ca.crt' } })],
  ];
  for (const [name, nodes] of faults) {
    it(`${name} stops the connection, nothing goes another way`, async () => {
      const got = await run(nodes());
      assert.equal(got.of('caught').at(-1)?.error?.code, 'CONFIG_INVALID');
      assert.equal(proxy.tunnels.length + server.tokenRequests, 0);
    });
  }

  it('a wrong passphrase and a proxy that is no address are told, not tried', async () => {
    const wrong = { ...secrets(), tls: { ...(secrets() as { tls: object }).tls, passphrase: 'wrong' } };
    const locked = await run(flow(), wrong);
    assert.equal(locked.of('caught').at(-1)?.error?.code, 'SETTINGS_INVALID');
    await unload();
    const odd = await run(flow({ way: { url: 'socks5://proxy' } }));
    assert.equal(odd.of('caught').at(-1)?.error?.code, 'SETTINGS_INVALID');
    assert.equal(proxy.tunnels.length, 0);
  });

  it('a refused proxy password ends in an error that holds no secret', async () => {
    proxy.behaviour.credentials = 'ann:other';
    const got = await run(flow());
    assert.equal(got.of('caught')[0]?.error?.code, 'TOKEN_UNAVAILABLE');
    assert.match(got.of('caught')[0]?.error?.message ?? '', /407/);
  });

  it('exceptions of the proxy hold', async () => {
    const got = await run(flow({ way: { noproxy: ['.example'] } }));
    assert.equal(got.of('caught')[0]?.error?.code, 'TOKEN_UNAVAILABLE');
    assert.equal(proxy.tunnels.length, 0);
  });

  it('a deploy of the proxy alone changes the way of the connection', async () => {
    await run(flow());
    const second = new ProxyServer();
    await second.start();
    second.behaviour.target = server.port;
    await helper.setFlows(flow({ way: { url: `http://${second.host}` } }), 'nodes', secrets());
    const got = new Collector(['accepted', 'caught']);
    importNode().receive({ payload: [item] });
    await got.until(() => got.of('accepted').length + got.of('caught').length > 0);
    assert.equal(got.of('accepted').length, 1);
    assert.equal(proxy.tunnels.length, 2);
    assert.equal(second.tunnels.length, 2);
    await second.stop();
  });

  describe('without a proxy node, Node-RED’s proxyOptions count as for its request node', () => {
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'npm_config_https_proxy'];
    const kept = new Map(names.map((name) => [name, process.env[name]]));
    afterEach(() => {
      setSettings({ proxyOptions: undefined });
      for (const [name, value] of kept) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });

    const nowhere = 'http://127.0.0.1:9';
    const cases: readonly [
      options: object | null,
      variables: Readonly<Record<string, string>>,
      leads: boolean,
    ][] = [
      [null, { https_proxy: 'proxy', HTTPS_PROXY: nowhere }, true],
      [{ favourUpperCase: true }, { https_proxy: nowhere, HTTPS_PROXY: 'proxy' }, true],
      [{ favourUpperCase: 'true' }, { https_proxy: nowhere, HTTPS_PROXY: 'proxy' }, false],
      [{ lowerCaseOnly: true }, { HTTPS_PROXY: 'proxy' }, false],
      [{ excludeNpm: true }, { npm_config_https_proxy: nowhere, https_proxy: 'proxy' }, true],
      [{ mode: 'legacy' }, { HTTP_PROXY: 'proxy', https_proxy: nowhere }, true],
      [{ mode: 'strict' }, { HTTP_PROXY: 'proxy' }, false],
      [{ env: { https_proxy: 'proxy' } }, { https_proxy: nowhere }, true],
    ];
    for (const [options, variables, leads] of cases) {
      it(`${JSON.stringify(options)} with ${JSON.stringify(variables)}: ${leads ? 'through it' : 'past it'}`, async () => {
        const way = `http://ann:${password}@${proxy.host}`;
        const filled = (value: object) =>
          JSON.parse(JSON.stringify(value), (_key, each) => (each === 'proxy' ? way : each)) as object;
        for (const name of names) delete process.env[name];
        Object.assign(process.env, filled(variables));
        setSettings({ proxyOptions: options && filled(options) });
        const request = {
          id: 'request',
          type: 'http request',
          z: 'tab',
          method: 'GET',
          ret: 'txt',
          tls: 'tls',
        };
        const nodes = [
          ...flow({ connection: { proxy: '' } }),
          { ...request, url: `https://${HOST}/connect/4.0/Job/Ping`, wires: [['answered']] },
          { id: 'answered', z: 'tab', type: 'helper', wires: [] },
        ];
        await run(nodes);
        const ours = proxy.tunnels.length;
        const answered = new Collector(['answered']);
        helper.getNode('request').receive({});
        await answered.until(() => answered.of('answered').length > 0);
        assert.deepEqual([ours > 0, proxy.tunnels.length > ours], [leads, leads]);
      });
    }
  });
});
