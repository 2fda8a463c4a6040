/**
 * undici's dispatchers for one set of network settings: one for direct requests, and one for each proxy.
 */
import type { Dispatcher } from 'undici';
import type { NetworkSettings } from './network-settings.ts';
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
    const proxy = proxyFor(url, this.#network.proxy, this.#environment);
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

  #make({ Agent, Pool, ProxyAgent }: typeof import('undici'), proxy: ProxyAddress | undefined): Dispatcher {
    const { tls = {} } = this.#network;
    const options = {
      connections: SOCKETS,
      pipelining: 0,
      allowH2: false,
      // The exchange keeps time itself: undici's timers are rough and do not see that a body makes progress.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    if (proxy === undefined) return new Agent({ ...options, connect: { ...tls, timeout: CONNECT_TIMEOUT } });
    const { origin, authorization } = proxy;
    return new ProxyAgent({
      ...options,
      uri: origin,
      ...(authorization === undefined ? {} : { token: authorization }),
      requestTls: { ...tls, timeout: CONNECT_TIMEOUT },
      proxyTls: { timeout: CONNECT_TIMEOUT },
      clientFactory: (proxyOrigin, proxyOptions) =>
        new Pool(proxyOrigin, { ...proxyOptions, allowH2: false, headersTimeout: CONNECT_TIMEOUT }),
    });
  }
}
