/**
 * Says why no connection came about, and what a person can mend: Node.js and OpenSSL name the fault alone.
 */

/** Who is at the other end. */
export type Party = 'server' | 'proxy';

/** OpenSSL's names for an authority that is missing, for each place where a chain can break off. */
const UNTRUSTED: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

const TRUST: Readonly<Record<Party, string>> = {
  server:
    'name the authority of its certificate in a TLS configuration of the connection, or in NODE_EXTRA_CA_CERTS',
  proxy:
    'name the authority of its certificate in NODE_EXTRA_CA_CERTS; the TLS configuration is not for the proxy',
};

const NAME: Readonly<Record<Party, string>> = {
  server: 'check the address, or give the name of the server in a TLS configuration of the connection',
  proxy: 'check the address of the proxy',
};

/** What a server says when a client certificate is missing or not the right one, in OpenSSL's words. */
const REFUSED_CERTIFICATE =
  /alert (?:handshake failure|certificate required|bad certificate|unsupported certificate|unknown ca|certificate (?:expired|revoked|unknown))/;

/** An error of OpenSSL's: thread, code, library, function, reason, file and line. */
const OPENSSL = /^.*?error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*$/s;

/** A line about a failed connection, for people. */
export function describeFailure({ message, code }: NodeJS.ErrnoException, party: Party): string {
  const reason = message.replace(OPENSSL, '$1');
  const mending = mendingOf(reason, code, party);
  return mending === undefined ? reason : `${reason}; ${mending}`;
}

function mendingOf(reason: string, code: string | undefined, party: Party): string | undefined {
  if (code !== undefined && UNTRUSTED.includes(code)) return TRUST[party];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return NAME[party];
  if (code === 'CERT_HAS_EXPIRED')
    return 'it has to be renewed there, unless the clock of this machine is wrong';
  if (code === 'CERT_NOT_YET_VALID') return 'check the clock of this machine';
  if (party === 'server' && REFUSED_CERTIFICATE.test(reason)) {
    return 'perhaps it asks for a client certificate: give the right one in a TLS configuration of the connection';
  }
  return undefined;
}
