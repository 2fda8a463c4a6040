/**
 * A private certificate authority with those whom it certifies; certificates/make.sh made them.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The host name in the server's certificate; nothing outside a proxy can resolve it. */
export const HOST = 'connect.example';
/** The passphrase of the client's locked key and of its PKCS #12 file. */
export const PASSPHRASE = 'Pass-phrase_of~the key';

interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** Certificates and keys as PEM, and the PKCS #12 file of the client. */
export interface Certificates {
  readonly ca: string;
  /** Path of the authority's certificate. */
  readonly caFile: string;
  readonly server: Certified;
  /** For the server's name, out of date. */
  readonly expired: Certified;
  /** For the server's name, signed by itself. */
  readonly alone: Certified;
  /** For `localhost` and 127.0.0.1. */
  readonly proxy: Certified;
  readonly client: Certified & { readonly lockedKey: string; readonly pfx: Buffer };
}

const file = (name: string) => new URL(`certificates/${name}`, import.meta.url);
const read = (name: string) => readFileSync(file(name), 'utf8');

const certified = (name: string): Certified => ({ cert: read(`${name}.crt`), key: read(`${name}.key`) });

/** Reads them. */
export function readCertificates(): Certificates {
  return {
    ca: read('ca.crt'),
    caFile: fileURLToPath(file('ca.crt')),
    server: certified('server'),
    expired: certified('expired'),
    alone: certified('alone'),
    proxy: certified('proxy'),
    client: {
      ...certified('client'),
      lockedKey: read('locked.key'),
      pfx: readFileSync(file('client.p12')),
    },
  };
}
