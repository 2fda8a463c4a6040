/**
 * A private certificate authority with a server and a client; certificates/make.sh made them.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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
}

const file = (name: string) => new URL(`certificates/${name}`, import.meta.url);
const read = (name: string) => readFileSync(file(name), 'utf8');

/** Reads them. */
export function readCertificates(): Certificates {
  return {
    ca: read('ca.crt'),
    caFile: fileURLToPath(file('ca.crt')),
    server: { cert: read('server.crt'), key: read('server.key') },
    client: {
      cert: read('client.crt'),
      key: read('client.key'),
      lockedKey: read('locked.key'),
      pfx: readFileSync(file('client.p12')),
    },
  };
}
