/**
 * A private certificate authority, made by openssl for one test run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The host name in the server's certificate; nothing outside a proxy can resolve it. */
export const HOST = 'connect.example';
/** The passphrase of the client's locked key and of its PKCS #12 file. */
export const PASSPHRASE = 'Pass-phrase_of~the key';

/** Certificates and keys as PEM, and the PKCS #12 file of the client. */
export interface Certificates {
  readonly ca: string;
  /** Path of the authority's certificate. */
  readonly caFile: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: {
    readonly cert: string;
    readonly key: string;
    readonly lockedKey: string;
    readonly pfx: Buffer;
  };
  remove(): void;
}

/** Makes them in a folder of their own. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'norce-certificates-'));
  const openssl = (...parameters: string[]) =>
    execFileSync('openssl', parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2'],
    ...['-subj', '/CN=Private authority', '-addext', 'keyUsage=keyCertSign'],
  );
  for (const [name, alternative] of [
    ['server', `DNS:${HOST}`],
    ['client', 'DNS:client.example'],
  ] as const) {
    openssl(
      ...['req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternative}`],
    );
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '2', '-copy_extensions', 'copy', '-out', `${name}.crt`],
    );
  }
  const pass = `pass:${PASSPHRASE}`;
  openssl('pkcs8', '-topk8', '-in', 'client.key', '-out', 'locked.key', '-passout', pass);
  openssl(
    ...['pkcs12', '-export', '-in', 'client.crt', '-inkey', 'client.key'],
    ...['-out', 'client.p12', '-passout', pass],
  );
  return {
    ca: read('ca.crt'),
    caFile: join(folder, 'ca.crt'),
    server: { cert: read('server.crt'), key: read('server.key') },
    client: {
      cert: read('client.crt'),
      key: read('client.key'),
      lockedKey: read('locked.key'),
      pfx: readFileSync(join(folder, 'client.p12')),
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
