/**
 * Which proxy leads to an address. The rules are those of Node-RED's own request node, so that a flow behaves the
 * same with both: variables in either letter case, the lower one first, and exceptions by host or ending of a host.
 */
import { ConnectError } from '../errors.ts';
import { isLoopback } from './addresses.ts';

/** A proxy that was chosen for a connection, in place of those that the environment names. */
export interface ProxySettings {
  /** `http://host:port` or `https://host:port`, perhaps with a user name and a password. */
  readonly url: string;
  /** With the password in place of what the address holds. */
  readonly username?: string;
  readonly password?: string;
  /** Hosts that are reached without it, in the form of `no_proxy`. */
  readonly noProxy: readonly string[];
}

/** Variables of the process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A proxy with what it is to be shown. */
export interface ProxyAddress {
  /** Scheme, host and port alone. */
  readonly origin: string;
  /** Value of the `Proxy-Authorization` header. */
  readonly authorization?: string;
}

interface Choice {
  readonly address: string;
  /** Hosts without a proxy, separated by commas or blanks. */
  readonly exceptions: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * The proxy for a request; undefined where it goes there directly. This machine is always reached directly: only to
 * it does a secret ever go over plain HTTP.
 *
 * @throws ConnectError `SETTINGS_INVALID` for a proxy whose address cannot be read
 */
export function proxyFor(
  url: URL,
  given: ProxySettings | undefined,
  environment: Variables,
): ProxyAddress | undefined {
  if (isLoopback(url)) return undefined;
  const choice = given === undefined ? environmentChoice(url, environment) : givenChoice(given);
  if (choice.address === '' || isExcepted(url, choice.exceptions)) return undefined;
  const proxy = parseProxyAddress(choice.address, url.protocol);
  const username = choice.username ?? decoded(proxy.username);
  const password = choice.password ?? decoded(proxy.password);
  return username === '' && password === ''
    ? { origin: proxy.origin }
    : {
        origin: proxy.origin,
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      };
}

/**
 * @param scheme for an address that has none, with its colon
 * @throws ConnectError `SETTINGS_INVALID`; the message does not repeat the address, which may hold a password
 */
export function parseProxyAddress(address: string, scheme: string): URL {
  const whole = address.includes('://') ? address : `${scheme}//${address}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !(url.protocol in DEFAULT_PORTS)) {
    throw new ConnectError(
      'SETTINGS_INVALID',
      'The address of the proxy must be http://host:port or https://host:port.',
    );
  }
  return url;
}

function givenChoice({ url, username, password, noProxy }: ProxySettings): Choice {
  const exceptions = noProxy.join(',');
  // Either of the two stands in place of both that the address may hold: they belong together.
  return username || password
    ? { address: url, exceptions, username: username ?? '', password: password ?? '' }
    : { address: url, exceptions };
}

function environmentChoice(url: URL, environment: Variables): Choice {
  const variable = (name: string) => environment[name] || environment[name.toUpperCase()] || '';
  const own = `${url.protocol.slice(0, -1)}_proxy`;
  const names = [`npm_config_${own}`, own, 'npm_config_proxy', 'all_proxy'];
  return {
    address: names.map(variable).find((value) => value !== '') ?? '',
    exceptions: variable('npm_config_no_proxy') || variable('no_proxy'),
  };
}

function isExcepted(url: URL, exceptions: string): boolean {
  const port = Number(url.port) || DEFAULT_PORTS[url.protocol];
  return exceptions
    .toLowerCase()
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, host = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (entryPort !== undefined && Number(entryPort) !== port) return false;
      return /^[.*]/.test(host) ? url.hostname.endsWith(host.replace(/^\*/, '')) : url.hostname === host;
    });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that begins no code stands for itself.
    return part;
  }
}
