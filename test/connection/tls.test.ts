/**
 * TLS as Node-RED's users set it up: a private authority, client certificates, another server name, or no check.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { ServerOptions } from 'node:https';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { ConnectionRegistry, type TlsSettings } from '../../src/connection/index.ts';
import { ConnectError } from '../../src/errors.ts';
import { ping, post } from './support/calls.ts';
import { type Certificates, HOST, PASSPHRASE, readCertificates } from './support/certificates.ts';
import { ConnectServer } from './support/connect-server.ts';
import { SECRET, settingsFor } from './support/settings.ts';

describe('TLS', () => {
  let certificates: Certificates;
  let server: ConnectServer;
  let strictServer: ConnectServer;
  let registry: ConnectionRegistry;
  before(async () => {
    certificates = readCertificates();
    const { ca, server: own } = certificates;
    server = new ConnectServer({ tls: own });
    strictServer = new ConnectServer({ tls: { ...own, ca, requestCert: true, rejectUnauthorized: true } });
    await Promise.all([server.start(), strictServer.start()]);
  });
  after(async () => {
    await Promise.all([server.stop(), strictServer.stop()]);
  });
  beforeEach(() => {
    registry = new ConnectionRegistry({ minute: 120, environment: {} });
  });
  const more: ConnectServer[] = [];
  afterEach(async () => {
    await registry.close();
    await Promise.all(more.splice(0).map((each) => each.stop()));
  });

  async function serving(own: ServerOptions): Promise<ConnectServer> {
    const another = new ConnectServer({ tls: own });
    more.push(another);
    await another.start();
    return another;
  }

  // The certificate bears a name, and this machine is reached by its address.
  const trusting = (): TlsSettings => ({ ca: certificates.ca, servername: HOST });
  const acquire = (tls?: TlsSettings, target = server) =>
    registry.acquire(settingsFor(target.addresses, { deadline: 200, ...(tls === undefined ? {} : { tls }) }));

  it('a server of a private authority is not trusted by itself, and the reason is told', async () => {
    await assert.rejects(acquire().call(ping), { code: 'TOKEN_UNAVAILABLE', message: /certificate/ });
  });

  it('is trusted with its authority, for token and Connect alike', async () => {
    const { status } = await acquire(trusting()).call(ping);
    assert.equal(status, 200);
    const asBytes = { ...trusting(), ca: Buffer.from(certificates.ca) };
    assert.equal((await acquire(asBytes).call(ping)).status, 200);
  });

  it('must bear the name that is asked for', async () => {
    const { ca } = certificates;
    await assert.rejects(acquire({ ca }).call(ping), { code: 'TOKEN_UNAVAILABLE', message: /altnames/ });
    await assert.rejects(acquire({ ca, servername: 'other.example' }).call(ping), /altnames/);
  });

  it('is not checked where that was chosen, and only there', async () => {
    for (const own of [certificates.server, certificates.expired, certificates.alone]) {
      const doubtful = await serving(own);
      assert.equal((await acquire({ rejectUnauthorized: false }, doubtful).call(ping)).status, 200);
      await assert.rejects(acquire({ rejectUnauthorized: true }, doubtful).call(ping), /certificate/);
    }
  });

  describe('a fault is told with what mends it, and nothing was carried out', () => {
    const faults: readonly [string, () => ServerOptions, () => TlsSettings | undefined, RegExp][] = [
      [
        'an expired certificate',
        () => certificates.expired,
        trusting,
        /certificate has expired; it has to be renewed there, unless the clock of this machine is wrong/,
      ],
      [
        'a certificate that signed itself',
        () => certificates.alone,
        trusting,
        /self-signed certificate.*; name the authority .* TLS configuration of the connection, or in NODE_EXTRA_CA_CERTS/,
      ],
      [
        'an authority that is not known',
        () => certificates.server,
        () => ({ servername: HOST }),
        /first certificate.*; name the authority .* TLS configuration of the connection, or in NODE_EXTRA_CA_CERTS/,
      ],
      [
        'another host name',
        () => certificates.server,
        () => ({ ca: certificates.ca }),
        /altnames.*; check the address, or give the name of the server in a TLS configuration/,
      ],
      ...(['TLSv1.2', 'TLSv1.3'] as const).map((version): (typeof faults)[number] => [
        `a client certificate that is missing (${version})`,
        () => ({ ...certificates.server, ...askingFor(version) }),
        trusting,
        /\((ssl\/tls|tlsv13) alert (handshake failure|certificate required); perhaps it asks for a client certificate/,
      ]),
    ];

    function askingFor(maxVersion: 'TLSv1.2' | 'TLSv1.3'): ServerOptions {
      return { ca: certificates.ca, requestCert: true, rejectUnauthorized: true, maxVersion };
    }

    for (const [name, server, settings, message] of faults) {
      it(name, async () => {
        const faulty = await serving(server());
        for (const authentication of ['oauth2', 'basic'] as const) {
          const tls = settings();
          const given = { deadline: 200, authentication, ...(tls === undefined ? {} : { tls }) };
          const call = registry.acquire(settingsFor(faulty.addresses, given)).call(post);
          await assert.rejects(call, (error) => {
            assert.ok(error instanceof ConnectError, inspect(error));
            const isBasic = authentication === 'basic';
            assert.equal(error.code, isBasic ? 'CONNECT_UNAVAILABLE' : 'TOKEN_UNAVAILABLE', error.message);
            assert.match(error.message, message);
            assert.equal(error.details?.perhapsReceived, false);
            return true;
          });
        }
        assert.equal(faulty.arrivals.length + faulty.tokenRequests, 0);
      });
    }
  });

  it('shows a client certificate in each of its forms', async () => {
    const { cert, key, lockedKey, pfx } = certificates.client;
    await assert.rejects(acquire(trusting(), strictServer).call(ping), ConnectError);
    for (const own of [
      { cert, key },
      { cert, key: lockedKey, passphrase: PASSPHRASE },
      { pfx, passphrase: PASSPHRASE },
    ]) {
      const { status } = await acquire({ ...trusting(), ...own }, strictServer).call(ping);
      assert.equal(status, 200);
    }
  });

  it('what one connection trusts, another with the same credentials does not', async () => {
    const strict = { servername: HOST };
    await acquire(trusting()).call(ping);
    await acquire({ ...strict, rejectUnauthorized: false }).call(ping);
    for (const tls of [undefined, strict, { ...strict, rejectUnauthorized: true }, { ca: certificates.ca }]) {
      await assert.rejects(acquire(tls).call(ping), { code: 'TOKEN_UNAVAILABLE' });
    }
    const before = server.tokenRequests;
    await acquire(trusting()).call(ping);
    assert.equal(server.tokenRequests, before, 'equal settings share their token');
  });

  it('refuses settings that cannot work, and keeps what is secret', () => {
    const { cert, lockedKey, pfx, key } = certificates.client;
    for (const tls of [
      { cert, key: lockedKey, passphrase: 'Wrong-passphrase~1' },
      { pfx, passphrase: 'Wrong-passphrase~1' },
      { cert: 'no certificate', key },
      { key: 'no key', cert },
      { ca: 'no authority', cert, key: certificates.server.key },
    ]) {
      assert.throws(
        () => acquire(tls),
        (error) => {
          assert.ok(error instanceof ConnectError, inspect(error));
          assert.equal(error.code, 'SETTINGS_INVALID');
          const shown = inspect(error, { depth: 9, showHidden: true });
          for (const secret of ['Wrong-passphrase~1', PASSPHRASE, SECRET, keyText(key), keyText(lockedKey)]) {
            assert.ok(!shown.includes(secret));
          }
          return true;
        },
      );
    }
  });

  it('shows nobody the certificates of a connection', async () => {
    const { cert, key } = certificates.client;
    const connection = acquire({ ...trusting(), cert, key });
    const shown = inspect(connection.settings, { depth: 9, showHidden: true });
    assert.ok(!shown.includes('PRIVATE KEY') && !('tls' in connection.settings));
  });

  it('trusts what NODE_EXTRA_CA_CERTS names', async () => {
    const module = new URL('../../src/connection/index.ts', import.meta.url).href;
    const script = `
      const { ConnectionRegistry } = await import(${JSON.stringify(module)});
      const registry = new ConnectionRegistry({ minute: 120, environment: {} });
      const settings = ${JSON.stringify(settingsFor(server.addresses, { deadline: 500, tls: { servername: HOST } }))};
      const answer = await registry.acquire(settings).call(${JSON.stringify(ping)}).catch(({ code }) => ({ status: code }));
      console.log(answer.status);
      await registry.close();
    `;
    const run = async (environment: NodeJS.ProcessEnv) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', script],
        { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { ...process.env, ...environment } },
      );
      return stdout.trim();
    };
    assert.equal(await run({}), 'TOKEN_UNAVAILABLE');
    assert.equal(await run({ NODE_EXTRA_CA_CERTS: certificates.caFile }), '200');
  });
});

/** A line from the middle of a key. */
function keyText(pem: string): string {
  return pem.split('\n')[1] ?? assert.fail();
}
