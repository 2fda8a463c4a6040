/**
 * A flow that people keep changing: every kind of change that a deploy can bring to it.
 */
import { credentials, type LocalConnect } from '../../support/local-connect.ts';
import type { FlowNodes } from '../../support/node-red.ts';
import type { Random } from '../shapes.ts';

/** The two customers' Connects: two connections lead to the first, one to the second. */
export interface Customers {
  readonly first: LocalConnect;
  readonly second: LocalConnect;
}

const connectionIds = ['one', 'two', 'other'] as const;
type ConnectionId = (typeof connectionIds)[number];

interface Importer {
  readonly tab: string;
  readonly connection: ConnectionId;
}

const importers: Readonly<Record<string, Importer>> = {
  'import-0': { tab: 'tab-0', connection: 'one' },
  'import-1': { tab: 'tab-0', connection: 'two' },
  'import-2': { tab: 'tab-1', connection: 'other' },
  'import-3': { tab: 'tab-1', connection: 'one' },
};

/** Ids of the import nodes. */
export const importerIds = Object.keys(importers);
/** Ids of the connections, all of which are there when the flow is as it was first. */
export { connectionIds };

/** A node of this test that takes messages, and time to close. */
export const receiverType = 'deploy-load-receiver';

/** Items in one request: a message needs several. */
export const itemsPerRequest = 2;
/** Requests per minute of each connection, unless a deploy lowers one. */
export const limit = 60;

const tabs = ['tab-0', 'tab-1'];

interface State {
  readonly names: Map<string, number>;
  readonly places: Map<string, number>;
  readonly strict: Set<string>;
  /** Import nodes whose results go to the second receiver. */
  readonly rewired: Set<string>;
  readonly limits: Map<string, number>;
  readonly missing: Set<string>;
  readonly disabled: Set<string>;
}

/** The flow as it stands, and its next change. */
export class ChangingFlow {
  readonly #customers: Customers;
  #state = untouched();
  /** Connections whose credentials go with the next deploy; Node-RED forgets those of a deleted one. */
  #withCredentials: Set<string> = new Set(connectionIds);

  constructor(customers: Customers) {
    this.#customers = customers;
  }

  /** Changes one thing; gives back its name. */
  change(random: Random): string {
    if (this.#lacksSomething && random.chance(0.5)) {
      this.restore();
      return 'everything brought back';
    }
    const changes = Object.entries(this.#changes(random));
    const [name, change] = changes[random.whole(changes.length - 1)] as [string, () => void];
    change();
    return name;
  }

  /** Everything as it was first, but for what has been deleted: that comes back. */
  restore(): void {
    for (const id of connectionIds) if (this.#state.missing.has(id)) this.#withCredentials.add(id);
    this.#state = untouched();
  }

  /** The nodes for one deploy. */
  nodes(): FlowNodes {
    const all = [
      ...tabs.flatMap((tab) => this.#tab(tab)),
      ...connectionIds.map((id) => this.#connection(id)),
    ];
    this.#withCredentials.clear();
    return all.filter(({ id }) => !this.#state.missing.has(String(id)));
  }

  /** A flow without nodes has nothing to lose. */
  get #lacksSomething(): boolean {
    return this.#state.missing.size + this.#state.disabled.size > 0;
  }

  #changes(random: Random): Record<string, () => void> {
    const { names, places, strict, rewired, limits, missing, disabled } = this.#state;
    const one = (ids: readonly string[]): string => ids[random.whole(ids.length - 1)] as string;
    const toggle = (set: Set<string>, id: string): void => {
      if (!set.delete(id)) set.add(id);
    };
    const count = (map: Map<string, number>, id: string): void => {
      map.set(id, (map.get(id) ?? 0) + 1);
    };
    return {
      'node property changed': () => toggle(strict, one(importerIds)),
      'node moved': () => count(places, one(importerIds)),
      'wires changed': () => toggle(rewired, one(importerIds)),
      'receiver changed': () => count(names, one(['sink-tab-0', 'sink-tab-1'])),
      'connection renamed': () => count(names, one(connectionIds)),
      'connection limit changed': () =>
        limits.set(one(connectionIds), [60, 45, 30][random.whole(2)] ?? limit),
      'credentials entered again': () => this.#withCredentials.add(one(connectionIds)),
      'node deleted or brought back': () => toggle(missing, one(importerIds)),
      'connection deleted or brought back': () => {
        const id = one(connectionIds);
        toggle(missing, id);
        this.#withCredentials.add(id);
      },
      'flow disabled or enabled': () => toggle(disabled, one(tabs)),
      'both tabs touched': () => {
        for (const id of ['import-0', 'import-2']) toggle(strict, id);
      },
      nothing: () => undefined,
    };
  }

  #tab(tab: string): FlowNodes {
    const { places, strict, rewired, names, disabled } = this.#state;
    const onTab = (id: string, type: string, more: object) => ({ id, type, z: tab, x: 100, y: 100, ...more });
    const nodes = Object.entries(importers)
      .filter(([, importer]) => importer.tab === tab)
      .map(([id, { connection }]) => {
        const receiver = rewired.has(id) ? `second-${tab}` : `sink-${tab}`;
        return onTab(id, 'norce-import-onhands', {
          x: 100 + (places.get(id) ?? 0),
          connection,
          unknownProperties: strict.has(id) ? 'reject' : 'remove',
          wires: [[receiver], [receiver]],
        });
      });
    const sink = (id: string) => onTab(id, receiverType, { name: `${names.get(id) ?? 0}`, wires: [] });
    return [
      { id: tab, type: 'tab', label: tab, disabled: disabled.has(tab) },
      ...nodes,
      sink(`sink-${tab}`),
      sink(`second-${tab}`),
      onTab(`catch-${tab}`, 'catch', { scope: null, uncaught: false, wires: [[]] }),
    ];
  }

  #connection(id: ConnectionId): FlowNodes[number] {
    const { connectUrl, tokenUrl } = id === 'other' ? this.#customers.second : this.#customers.first;
    return {
      id,
      type: 'norce-connect-config',
      name: `${this.#state.names.get(id) ?? 0}`,
      addressMode: 'own',
      connectUrl,
      tokenUrl,
      environment: 'playground',
      accountId: '10000',
      maximumItems: String(itemsPerRequest),
      requestsPerMinute: String(this.#state.limits.get(id) ?? limit),
      ...(this.#withCredentials.has(id) ? { credentials } : {}),
    };
  }
}

function untouched(): State {
  return {
    names: new Map(),
    places: new Map(),
    strict: new Set(),
    rewired: new Set(),
    limits: new Map(),
    missing: new Set(),
    disabled: new Set(),
  };
}
