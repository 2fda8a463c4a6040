/**
 * How a connection's sockets are made: with which certificates, and through which proxy.
 */
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ConnectError } from '../errors.ts';
import { type ProxyRules, type ProxySettings, parseProxyAddress } from './proxy-rules.ts';
import { safeCause } from './secrets.ts';

/** Options of `node:tls` for the sockets to Connect and to the token endpoint, under Node.js's own names. */
export interface TlsSettings {
  /** In place of the authorities that Node.js trusts. */
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Certificate and key in one, as PKCS #12. */
  readonly pfx?: string | Buffer;
  /** Of the key or the PKCS #12 file. */
  readonly passphrase?: string;
  /** The name that the server is asked for and that its certificate must bear, in place of the host name. */
  readonly servername?: string;
  /** False takes any certificate. True unless given. */
  readonly rejectUnauthorized?: boolean;
}

/** What is secret in here never leaves the room. */
export interface NetworkSettings {
  readonly tls?: TlsSettings;
  /** Without one the environment decides. */
  readonly proxy?: ProxySettings;
  readonly proxyRules?: ProxyRules;
}

/** @throws ConnectError `SETTINGS_INVALID`; the message holds neither key, passphrase nor password */
export function checkNetwork({ tls, proxy }: NetworkSettings): void {
  if (tls !== undefined) checkTls(tls);
  if (proxy !== undefined) parseProxyAddress(proxy.url, 'http:');
}

function checkTls(tls: TlsSettings): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const { message } = safeCause(error, [tls.passphrase ?? '']);
    throw new ConnectError('SETTINGS_INVALID', `The TLS configuration cannot be used: ${message}`);
  }
}

/** Equal for settings whose sockets are alike; secrets are in it only as a hash. */
export function networkKey({ tls, proxy, proxyRules }: NetworkSettings): string {
  if (tls === undefined && proxy === undefined && proxyRules === undefined) return '';
  const parts = [
    ...[tls?.ca, tls?.cert, tls?.key, tls?.pfx].map(textOf),
    tls?.passphrase,
    tls?.servername,
    tls?.rejectUnauthorized ?? true,
    tls === undefined,
    proxy?.url,
    proxy?.username,
    proxy?.password,
    proxy?.noProxy,
    proxyRules,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function textOf(material: string | Buffer | undefined): string {
  return typeof material === 'string' ? material : (material?.toString('base64') ?? '');
}
