/**
 * undici's dispatchers for one set of network settings: one for direct requests, and one for each proxy.
 */
import type { buildConnector, Dispatcher, Pool } from 'undici';
import type { NetworkSettings } from './network-settings.ts';
import { proxyPool } from './proxy-pool.ts';
import { type ProxyAddress, proxyFor, type Variables } from './proxy-rules.ts';

/** Sockets to one host: as many as a customer's limit, so that a request that holds a slot never waits for one. */
const SOCKETS = 60;
/** Milliseconds for a connection to a host or proxy, and for a proxy's word on whether it leads on. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Dispatchers are made when they are needed, and are this package's own: Node-RED shares the process, so a global one
 * would change the requests of others.
 */
export class Dispatchers {
  readonly #network: NetworkSettings;
  readonly #environment: Variables;
  readonly #open = new Map<string, Dispatcher>();

  constructor(network: NetworkSettings, environment: Variables) {
    this.#network = network;
    this.#environment = environment;
  }

  /** @throws ConnectError `SETTINGS_INVALID` for a proxy whose address cannot be read */
  for(undici: typeof import('undici'), url: URL): Dispatcher {
    const { proxy: given, proxyRules } = this.#network;
    const proxy = proxyFor(url, given, this.#environment, proxyRules);
    const key = JSON.stringify(proxy ?? null);
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const dispatcher = this.#make(undici, proxy);
    this.#open.set(key, dispatcher);
    return dispatcher;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Cuts off what is under way and lets go of all sockets; the next request begins anew. */
  async destroy(): Promise<void> {
    const dispatchers = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  #make(undici: typeof import('undici'), proxy: ProxyAddress | undefined): Dispatcher {
    const { Agent, buildConnector, Pool, ProxyAgent } = undici;
    const { tls = {} } = this.#network;
    const options = {
      connections: SOCKETS,
      pipelining: 0,
      allowH2: false,
      // The exchange keeps time itself: undici's timers are rough and do not see that a body makes progress.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const requestTls = { ...tls, timeout: CONNECT_TIMEOUT };
    if (proxy === undefined) {
      const connect = keepingFirstError(buildConnector({ ...requestTls, allowH2: false }));
      return new Agent({ ...options, connect });
    }
    const { origin, authorization } = proxy;
    return new ProxyAgent({
      ...options,
      uri: origin,
      ...(authorization === undefined ? {} : { token: authorization }),
      requestTls,
      factory: (target, { connect, ...given }: Pool.Options) =>
        new Pool(target, {
          ...given,
          ...(typeof connect === 'function' ? { connect: keepingFirstError(connect) } : {}),
        }),
      // The TLS settings are for Connect: a client certificate, or leave to take any certificate, is not for the
      // proxy. Node-RED's request node does the same.
      proxyTls: { timeout: CONNECT_TIMEOUT },
      clientFactory: (proxyOrigin, proxyOptions) =>
        proxyPool(undici, proxyOrigin, {
          ...proxyOptions,
          allowH2: false,
          headersTimeout: CONNECT_TIMEOUT,
        }),
    });
  }
}

/**
 * A socket may fail with a reason and then end as well, as when a server refuses a client in TLS 1.3; undici tells
 * the last that it saw, and then the reason is lost.
 */
function keepingFirstError(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      const [, socket] = result;
      socket?.once('error', (error) => socket.destroy(error));
      callback(...result);
    });
}
