/**
 * The way to Connect through proxies that lead on, refuse, keep silent or break off.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { systemClock } from '../../src/connection/clock.ts';
import { HttpClient } from '../../src/connection/http-client.ts';
import {
  ConnectionRegistry,
  type ConnectionSettings,
  type Progress,
  type ProxySettings,
} from '../../src/connection/index.ts';
import type { Variables } from '../../src/connection/proxy-rules.ts';
import { ConnectError } from '../../src/errors.ts';
import { ping, post } from './support/calls.ts';
import { type Certificates, HOST, readCertificates } from './support/certificates.ts';
import { ConnectServer } from './support/connect-server.ts';
import { type ProxyBehaviour, ProxyServer } from './support/proxy-server.ts';
import { SECRET, settingsFor } from './support/settings.ts';

const addresses = { connectUrl: `https://${HOST}/connect/4.0`, tokenUrl: `https://${HOST}/token` };
const password = 'Proxy-pass~word_1';

type ProxyFault = Omit<ProxyBehaviour, 'target' | 'credentials'>;

describe('proxy', () => {
  let certificates: Certificates;
  let server: ConnectServer;
  let proxy: ProxyServer;
  let registry: ConnectionRegistry;
  let variables: Variables;
  before(() => {
    certificates = readCertificates();
  });
  beforeEach(async () => {
    server = new ConnectServer({ tls: certificates.server });
    proxy = new ProxyServer();
    await Promise.all([server.start(), proxy.start()]);
    proxy.behaviour.target = server.port;
    variables = {};
    // A view of the variables as they are at the moment of a request, as those of the process are.
    const environment = new Proxy({}, { get: (_target, name) => variables[String(name)] });
    registry = new ConnectionRegistry({ minute: 120, environment });
  });
  afterEach(async () => {
    await registry.close();
    await Promise.all([server.stop(), proxy.stop()]);
  });

  const acquire = (changes: Partial<ConnectionSettings> = {}) =>
    registry.acquire(settingsFor(addresses, { deadline: 300, tls: { ca: certificates.ca }, ...changes }));
  const through = (changes: Partial<ProxySettings> = {}) =>
    acquire({ proxy: { url: `http://${proxy.host}`, noProxy: [], ...changes } });
  const rejects = async (call: Promise<unknown>, code: string, message: RegExp): Promise<ConnectError> => {
    try {
      await call;
    } catch (error) {
      assert.ok(error instanceof ConnectError, inspect(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      const shown = inspect(error, { depth: 9, showHidden: true });
      for (const text of [password, SECRET, Buffer.from(`ann:${password}`).toString('base64')]) {
        assert.ok(!shown.includes(text));
      }
      return error;
    }
    assert.fail('The call has succeeded.');
  };

  it('leads to token and Connect by a tunnel each, and leaves no socket', async () => {
    const answer = await through().call(post);
    assert.equal(answer.status, 200);
    assert.deepEqual(proxy.tunnels, [`${HOST}:443`, `${HOST}:443`]);
    assert.deepEqual(proxy.forwarded, []);
    assert.equal(server.tokenRequests, 1);
    await sleep(50);
    assert.equal(proxy.open, 0);
  });

  it('is found in the environment as it is at the moment of the request', async () => {
    const connection = acquire();
    for (const [name, value] of [
      ['https_proxy', `http://${proxy.host}`],
      ['HTTPS_PROXY', `http://${proxy.host}`],
      ['ALL_PROXY', `http://${proxy.host}`],
    ] as const) {
      variables = { [name]: value };
      const before = proxy.tunnels.length;
      assert.equal((await connection.call(ping)).status, 200);
      assert.ok(proxy.tunnels.length > before, name);
    }
    const before = proxy.tunnels.length;
    for (const more of [{ no_proxy: HOST }, { NO_PROXY: '.example' }]) {
      variables = { https_proxy: `http://${proxy.host}`, ...more };
      await assert.rejects(connection.call(ping), {
        code: 'CONNECT_UNAVAILABLE',
        message: /ENOTFOUND|EAI_AGAIN/,
      });
    }
    assert.equal(proxy.tunnels.length, before);
  });

  it('gets its credentials, and without them a failure says 407 and nothing secret', async () => {
    proxy.behaviour.credentials = `ann:${password}`;
    assert.equal((await through({ username: 'ann', password }).call(ping)).status, 200);
    const inAddress = { url: `http://ann:${password}@${proxy.host}` };
    assert.equal((await through(inAddress).call(ping)).status, 200);
    assert.equal(server.tokenRequests, 2, 'another way is not trusted with the token of the first');
    await rejects(through().call(ping), 'TOKEN_UNAVAILABLE', /407/);
    await rejects(through({ username: 'eve', password }).call(ping), 'TOKEN_UNAVAILABLE', /407/);
    variables = { https_proxy: `http://ann:wrong-${password}@${proxy.host}` };
    await rejects(acquire().call(ping), 'TOKEN_UNAVAILABLE', /407/);
  });

  it('that refuses, breaks off, raves, says nothing or is away: Connect has received nothing', async () => {
    const faults: readonly [ProxyFault, RegExp][] = [
      [{ refusal: 403 }, /proxy.*403: it does not allow this host/],
      [{ refusal: 405 }, /proxy.*405/],
      [{ refusal: 407 }, /proxy.*407: check its user name and password/],
      [{ refusal: 502 }, /proxy.*502: it does not reach the host/],
      [{ breaksOff: 'before' }, /proxy did not lead on/],
      [{ breaksOff: 'after' }, /disconnected before secure TLS connection/],
      [{ isMad: true }, /proxy did not lead on/],
      [{ isSilent: true }, /no progress|in time/],
    ];
    for (const [fault, message] of faults) {
      Object.assign(proxy.behaviour, fault);
      for (const authentication of ['oauth2', 'basic'] as const) {
        // A connection of its own each: none is told what the token endpoint said to the one before.
        const way = { url: `http://ann:${password}@${proxy.host}`, noProxy: [inspect(fault)] };
        const call = acquire({ proxy: way, authentication, timeout: 150 }).call(post);
        const code = authentication === 'basic' ? 'CONNECT_UNAVAILABLE' : 'TOKEN_UNAVAILABLE';
        const { details, retryable } = await rejects(call, code, message);
        assert.equal(details?.perhapsReceived, false);
        assert.equal(retryable, true);
      }
      for (const name of Object.keys(fault)) delete proxy.behaviour[name as keyof ProxyFault];
    }
    const nowhere = acquire({ proxy: { url: 'http://127.0.0.1:9', noProxy: [] } }).call(post);
    await rejects(nowhere, 'TOKEN_UNAVAILABLE', /proxy did not lead on.*ECONNREFUSED/);
    assert.equal(server.arrivals.length + server.tokenRequests, 0);
  });

  it('that comes to its senses: what must not be sent twice is sent again, and arrives once', async () => {
    const connection = through();
    await connection.call(ping);
    const before = proxy.tunnels.length;
    const call = (fault: ProxyFault) => {
      Object.assign(proxy.behaviour, fault);
      const progress: Progress[] = [];
      const onProgress = (each: Progress) => {
        progress.push(each);
        if (each.kind !== 'retrying') return;
        for (const name of Object.keys(fault)) delete proxy.behaviour[name as keyof ProxyFault];
      };
      return connection.call({ ...post, onProgress }).then((answer) => ({ answer, progress }));
    };
    const faults = [
      { refusal: 502 },
      { breaksOff: 'before' },
      { breaksOff: 'after' },
      { isMad: true },
    ] as const;
    for (const fault of faults) {
      const { answer, progress } = await call(fault);
      assert.equal(answer.status, 200);
      assert.equal(answer.perhapsReceivedBefore, false);
      const retries = progress.filter((each) => each.kind === 'retrying');
      assert.deepEqual(
        retries.map(({ code }) => code),
        ['CONNECTION_FAILED'],
      );
    }
    assert.equal(server.arrivals.length, 1 + faults.length);
    assert.equal(proxy.tunnels.length - before, 2 * faults.length);
  });

  describe('reached over TLS', () => {
    const trusted = tls.getCACertificates('default');
    let secureProxy: ProxyServer;
    beforeEach(async () => {
      secureProxy = new ProxyServer(certificates.proxy);
      await secureProxy.start();
      secureProxy.behaviour.target = server.port;
      secureProxy.behaviour.credentials = `ann:${password}`;
    });
    afterEach(async () => {
      tls.setDefaultCACertificates(trusted);
      await secureProxy.stop();
    });

    const securely = (changes: Partial<ConnectionSettings> = {}, host = secureProxy.host) =>
      acquire({ proxy: { url: `https://ann:${password}@${host}`, noProxy: [] }, ...changes });

    it('is trusted as Node.js trusts it, beside what the TLS configuration says of Connect', async () => {
      tls.setDefaultCACertificates([...trusted, certificates.ca]);
      const warnings: Error[] = [];
      const warn = (warning: Error) => void warnings.push(warning);
      process.on('warning', warn);
      assert.equal((await securely().call(post)).status, 200);
      const byName = secureProxy.host.replace('127.0.0.1', 'localhost');
      assert.equal((await securely({}, byName).call(post)).status, 200);
      await sleep(0);
      process.off('warning', warn);
      assert.deepEqual(warnings, []);
      assert.equal(secureProxy.tunnels.length, 4);
      assert.equal(server.arrivals.length, 2);
    });

    it('is refused where Node.js does not trust it, whatever the TLS configuration says of Connect', async () => {
      const { ca } = certificates;
      for (const given of [{ ca }, { ca, rejectUnauthorized: false }]) {
        await rejects(
          securely({ tls: given }).call(post),
          'TOKEN_UNAVAILABLE',
          /proxy did not lead on.*certificate.*NODE_EXTRA_CA_CERTS/,
        );
      }
      const other = new ProxyServer(certificates.server);
      await other.start();
      tls.setDefaultCACertificates([...trusted, ca]);
      const call = securely({ tls: { ca, servername: HOST } }, other.host).call(post);
      await rejects(
        call,
        'TOKEN_UNAVAILABLE',
        /proxy did not lead on.*altnames.*check the address of the proxy/,
      );
      await other.stop();
      assert.equal(secureProxy.tunnels.length + other.tunnels.length + server.tokenRequests, 0);
    });

    it('is shown no client certificate: that is for Connect', async () => {
      const shown: boolean[] = [];
      const { ca, proxy: own, client } = certificates;
      const asking = new ProxyServer({ ...own, ca, requestCert: true, rejectUnauthorized: false });
      asking.onSecure((socket) => shown.push(Object.keys(socket.getPeerCertificate()).length > 0));
      await asking.start();
      asking.behaviour.target = server.port;
      tls.setDefaultCACertificates([...trusted, ca]);
      const { cert, key } = client;
      assert.equal((await securely({ tls: { ca, cert, key } }, asking.host).call(post)).status, 200);
      await asking.stop();
      assert.deepEqual(shown, [false, false]);
    });

    it('that refuses: nothing was carried out, and nothing secret is told', async () => {
      tls.setDefaultCACertificates([...trusted, certificates.ca]);
      for (const refusal of [407, 502]) {
        secureProxy.behaviour.refusal = refusal;
        const call = securely({ authentication: 'basic' }).call(post);
        const { details } = await rejects(call, 'CONNECT_UNAVAILABLE', new RegExp(`proxy.*${refusal}`));
        assert.equal(details?.perhapsReceived, false);
      }
      assert.equal(server.arrivals.length, 0);
    });
  });

  it('that breaks off while the answer is awaited leaves the outcome open', async () => {
    server.behaviour.connect = () => proxy.cut();
    await rejects(through().call(post), 'OUTCOME_UNKNOWN', /ImportOnhands/);
    assert.equal(server.arrivals.length, 1);
  });

  it('does not make up for a certificate that is not trusted', async () => {
    const settings = { proxy: { url: `http://${proxy.host}`, noProxy: [] } };
    await rejects(acquire({ ...settings, tls: {} }).call(ping), 'TOKEN_UNAVAILABLE', /certificate/);
    const other = { connectUrl: 'https://other.example/4.0', tokenUrl: 'https://other.example/token' };
    await rejects(acquire({ ...settings, addresses: other }).call(ping), 'TOKEN_UNAVAILABLE', /./);
    assert.equal(server.tokenRequests, 0);
  });

  it('is used anew after a change, also for what is remembered of the former one', async () => {
    const former = through();
    await former.call(ping);
    registry.release(former);
    const second = new ProxyServer();
    await second.start();
    second.behaviour.target = server.port;
    await proxy.stop();
    assert.equal(
      (await acquire({ proxy: { url: `http://${second.host}`, noProxy: [] } }).call(ping)).status,
      200,
    );
    assert.equal(second.tunnels.length, 2);
    await second.stop();
    await proxy.start();
  });

  it('an environment that names no address fails at once, and stays secret', async () => {
    variables = { https_proxy: `socks5://ann:${password}@proxy:1` };
    await rejects(acquire().call(ping), 'SETTINGS_INVALID', /proxy/);
  });

  it('a connection is refused whose proxy is no address', () => {
    for (const url of ['', 'ftp://proxy', `http://ann:${password}@`]) {
      assert.throws(() => through({ url }), { code: 'SETTINGS_INVALID', message: /http:\/\/host:port/ });
    }
  });

  it('is not shown with the settings of a connection', () => {
    const shown = inspect(through({ username: 'ann', password }).settings, { depth: 9, showHidden: true });
    assert.ok(!shown.includes(password) && !shown.includes(proxy.host));
  });

  it('this machine is reached without one', async () => {
    const local = new ConnectServer();
    await local.start();
    variables = { http_proxy: `http://${proxy.host}`, all_proxy: `http://${proxy.host}` };
    const { status } = await registry.acquire(settingsFor(local.addresses)).call(ping);
    assert.equal(status, 200);
    assert.deepEqual([proxy.tunnels, proxy.forwarded], [[], []]);
    await local.stop();
  });

  it('forwards plain requests where there is nothing to hide', async () => {
    const plain = new ConnectServer();
    await plain.start();
    proxy.behaviour.target = plain.port;
    proxy.behaviour.credentials = `ann:${password}`;
    const network = { proxy: { url: `http://ann:${password}@${proxy.host}`, noProxy: [] } };
    const client = new HttpClient({ clock: systemClock, idle: 50, network, environment: {} });
    const url = new URL('http://plain.example/token?a=b');
    const body = { length: 4, chunks: () => [Buffer.from('body')] };
    const outcome = await client.send({ method: 'POST', url, headers: {}, body, timeout: 2000 });
    assert.ok(outcome.kind === 'answer' && outcome.status === 200, JSON.stringify(outcome));
    assert.deepEqual(proxy.forwarded, [url.href]);
    assert.deepEqual(proxy.tunnels, []);
    await client.close(0);
    await plain.stop();
  });
});
