/**
 * Which proxy leads to an address. The rules are those of Node-RED's own request node, so that a flow behaves the
 * same with both.
 */
import { ConnectError } from '../errors.ts';
import { isLoopback } from './addresses.ts';

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** A proxy that was chosen for a connection, in place of those that the environment names. */
export interface ProxySettings extends Credentials {
  /**
   * `http://host:port` or `https://host:port`, perhaps with a user name and a password; those beside it stand in
   * place of both.
   */
  readonly url: string;
  /** Hosts that are reached without it, in the form of `no_proxy`. */
  readonly noProxy: readonly string[];
}

/** Variables of the process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** How proxies are chosen, after the setting `proxyOptions` of Node-RED; each default is given. */
export interface ProxyRules {
  /**
   * `legacy` chooses as Node-RED did before version 4: by `http_proxy` alone, whose exceptions may stand anywhere in
   * an address. Default: `strict`.
   */
  readonly mode?: 'strict' | 'legacy';
  /** Of a variable in both letter cases the upper one counts. Default: the lower one. */
  readonly favourUpperCase?: boolean;
  /** Variables in upper case do not count. Default: they do. */
  readonly lowerCaseOnly?: boolean;
  /** The variables of npm's configuration do not count. Default: they do. */
  readonly excludeNpm?: boolean;
  /** In place of the variables of the process. */
  readonly environment?: Variables;
}

/** A proxy with what it is to be shown. */
export interface ProxyAddress {
  /** Scheme, host and port alone. */
  readonly origin: string;
  /** Value of the `Proxy-Authorization` header. */
  readonly authorization?: string;
}

interface Choice {
  /** Empty where no proxy is named. */
  readonly address: string;
  readonly isExcepted: boolean;
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
  rules: ProxyRules = {},
): ProxyAddress | undefined {
  if (isLoopback(url)) return undefined;
  const variables = given === undefined ? (rules.environment ?? environment) : variablesOf(given);
  const choice = rules.mode === 'legacy' ? legacyChoice(url, variables) : strictChoice(url, variables, rules);
  if (choice.address === '' || choice.isExcepted) return undefined;
  const proxy = parseProxyAddress(choice.address, url.protocol);
  const { username, password } = credentialsOf(proxy, given);
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

/** A chosen proxy is put in the place of the environment, as Node-RED does it, and the same rules hold for it. */
function variablesOf({ url, noProxy }: ProxySettings): Variables {
  return { http_proxy: url, https_proxy: url, no_proxy: noProxy.join(',') };
}

function credentialsOf(proxy: URL, given: ProxySettings | undefined): Required<Credentials> {
  // Either of the two stands in place of both that the address may hold: they belong together.
  return given?.username || given?.password
    ? { username: given.username ?? '', password: given.password ?? '' }
    : { username: decoded(proxy.username), password: decoded(proxy.password) };
}

function strictChoice(url: URL, variables: Variables, rules: ProxyRules): Choice {
  const variable = (name: string): string => {
    if (rules.excludeNpm && name.startsWith('npm_config_')) return '';
    const cases = [variables[name], rules.lowerCaseOnly ? '' : variables[name.toUpperCase()]];
    return (rules.favourUpperCase ? cases.reverse() : cases).find(Boolean) ?? '';
  };
  const own = `${url.protocol.slice(0, -1)}_proxy`;
  const names = [`npm_config_${own}`, own, 'npm_config_proxy', 'all_proxy'];
  return {
    address: names.map(variable).find((value) => value !== '') ?? '',
    isExcepted: isExcepted(url, variable('npm_config_no_proxy') || variable('no_proxy')),
  };
}

function legacyChoice(url: URL, variables: Variables): Choice {
  const exceptions = variables.NO_PROXY || variables.no_proxy || '';
  return {
    address: variables.HTTP_PROXY || variables.http_proxy || '',
    // An empty entry among others excepts every address: so it is in Node-RED.
    isExcepted: exceptions !== '' && exceptions.split(',').some((entry) => url.href.includes(entry.trim())),
  };
}

/** By host, or by the ending of one that begins with a dot or a star; with a port for that port alone. */
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
