/**
 * Reads Node-RED's own config nodes for TLS and for proxies, and its setting for proxies, into plain settings.
 */
import type { Node, NodeAPI } from 'node-red';
import type { NetworkSettings, ProxyRules, ProxySettings, TlsSettings } from '../connection/index.ts';
import { ConnectError } from '../errors.ts';
import { type NodeProperties, textValue } from './config-values.ts';

/** The core node `tls-config`. */
interface TlsNode extends Node {
  /** False when its files cannot be read, or when one of a pair is missing. */
  readonly valid: boolean;
  addTLSOptions(options: object): TlsSettings;
}

/** The core node `http proxy`. */
interface ProxyNode extends Node<{ readonly username?: string; readonly password?: string }> {
  readonly url?: string;
  readonly noproxy?: readonly string[];
}

const tlsNames = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'servername', 'rejectUnauthorized'] as const;

function invalid(property: string, message: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', `${property}: ${message}`, { details: { property } });
}

/** The node that a property names; undefined where it names none. */
function nodeOf(RED: NodeAPI, properties: NodeProperties, property: string, type: string): Node | undefined {
  const id = textValue(properties, property);
  if (id === '') return undefined;
  const node = RED.nodes.getNode(id) as Node | null | undefined;
  // Going on without it would leave the way that was chosen, in silence.
  if (node?.type !== type) {
    throw invalid(property, 'the configuration that was chosen is not deployed, or has been deleted.');
  }
  return node;
}

function tlsSettings(node: TlsNode): TlsSettings {
  if (!node.valid) throw invalid('tls', 'the TLS configuration cannot be used; the log says why.');
  const options = node.addTLSOptions({});
  // What else it may hold concerns other protocols than HTTP/1.1.
  return Object.fromEntries(
    tlsNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

function proxySettings({ url = '', noproxy = [], credentials }: ProxyNode): ProxySettings {
  const { username, password } = credentials ?? {};
  return {
    url: url.trim(),
    noProxy: noproxy,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  };
}

/**
 * Node-RED's setting `proxyOptions` and its variable `NR_PROXY_MODE`, which comes first. Undefined where neither
 * asks for anything: then Node-RED's defaults hold, which are ours.
 */
function proxyRules(RED: NodeAPI, environment: NodeJS.ProcessEnv): ProxyRules | undefined {
  // A file of settings may hold anything, and Node-RED takes what it knows of it.
  const { proxyOptions } = RED.settings as {
    readonly proxyOptions?: Readonly<Record<string, unknown>> | null;
  };
  const { mode, env } = proxyOptions ?? {};
  const isMode = (value: unknown) => value === 'legacy' || value === 'strict';
  const chosenMode = [environment.nr_proxy_mode || environment.NR_PROXY_MODE, mode].find(isMode);
  const switches = ['favourUpperCase', 'lowerCaseOnly', 'excludeNpm'] as const;
  const rules: ProxyRules = {
    ...(chosenMode === 'legacy' ? { mode: 'legacy' } : {}),
    ...Object.fromEntries(
      switches.filter((name) => proxyOptions?.[name] === true).map((name) => [name, true]),
    ),
    ...(typeof env === 'object' && env !== null ? { environment: textsOf(env) } : {}),
  };
  return Object.keys(rules).length === 0 ? undefined : rules;
}

function textsOf(variables: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => typeof value === 'string'));
}

/**
 * The network settings of a connection.
 *
 * @throws ConnectError `CONFIG_INVALID` with the property, for a node that is missing or cannot be used
 */
export function networkConfig(RED: NodeAPI, properties: NodeProperties): NetworkSettings {
  const tls = nodeOf(RED, properties, 'tls', 'tls-config');
  const proxy = nodeOf(RED, properties, 'proxy', 'http proxy');
  const rules = proxyRules(RED, process.env);
  return {
    ...(tls === undefined ? {} : { tls: tlsSettings(tls as TlsNode) }),
    ...(proxy === undefined ? {} : { proxy: proxySettings(proxy as ProxyNode) }),
    ...(rules === undefined ? {} : { proxyRules: rules }),
  };
}
