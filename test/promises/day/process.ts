/**
 * A Node-RED with the built package whose time passes faster: one life of the day. Started by {@link DayNodeRed}.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uptime } from 'node:os';
import { join } from 'node:path';
import RED, { type Node, type NodeMessage } from 'node-red';
import { ownTask, tellParent } from '../../../bench/child.ts';
import type { ConnectionSettings } from '../../../src/connection/index.ts';
import type { SlotStore } from '../../../src/store/index.ts';
import { builtModule, silentSettings } from '../processes/built-node-red.ts';
import { unsettledIn } from '../processes/unsettled.ts';
import type { DayTask, Line, Order } from './lines.ts';

type Connections = typeof import('../../../src/connection/index.ts');
type Stores = typeof import('../../../src/store/index.ts');

const { folder, scale, epoch, dropEvery } = ownTask<DayTask>();

const { ConnectionRegistry, processRegistryKey } = (await builtModule('connection/index')) as Connections;
const { processStore } = (await builtModule('store/index')) as Stores;

const date = (): number => epoch + (Date.now() - epoch) * scale;
const clock = {
  now: () => performance.now() * scale,
  date,
  after(delay: number, callback: () => void, background = false): () => void {
    const timer = setTimeout(callback, Math.max(1, Math.ceil(delay / scale)));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The accounts of one customer, which a local address cannot say: they share its limit and its lanes. */
class OneCustomer extends ConnectionRegistry {
  override acquire(settings: ConnectionSettings, slots?: SlotStore) {
    return super.acquire({ ...settings, customer: 'acme' }, slots);
  }
}

(globalThis as unknown as Record<symbol, unknown>)[processRegistryKey] = new OneCustomer({ clock });
const store = processStore(join(folder, 'norce-connect', 'store.sqlite'), {
  clock: { moment: () => ({ wall: date(), uptime: uptime() * 1000 * scale }), uptimeResolution: 20 * scale },
});

/** One end of a wire; the types of Node-RED's hooks do not know the node. */
interface Routed {
  readonly node: Node;
  readonly port?: number;
}

interface DayMessage extends NodeMessage {
  readonly number?: number;
  readonly norce?: {
    readonly batch?: { readonly id: string };
    readonly repeated?: true;
    readonly result?: 'released' | 'failed';
  };
}

const nodes = RED.nodes as unknown as { getNode(id: string): Node | null | undefined };

function say(line: Line): void {
  void tellParent(line);
}

RED.hooks.add('onComplete', ({ msg, node, error }) => {
  const { number } = msg as DayMessage;
  if (number === undefined || (node as unknown as Routed).node.type !== 'norce-accumulator') return;
  if (error) say({ kind: 'refused', number, message: String(error) });
  else say({ kind: 'done', number });
});
RED.hooks.add('preDeliver', ({ msg, source }) => {
  const { node, port } = source as unknown as Routed;
  const { batch, repeated, result } = (msg as DayMessage).norce ?? {};
  if (node.type !== 'norce-accumulator' || batch === undefined) return;
  if (port === 0) say({ kind: 'offered', batch: batch.id });
  if (port === 2 && result !== undefined)
    say({ kind: 'told', batch: batch.id, isRepeated: repeated === true, result });
});

const server = createServer((request, response) => RED.httpAdmin(request, response));
RED.init(
  server,
  silentSettings(folder, ({ msg }) => say({ kind: 'log', text: String(msg) })),
);
RED.events.on('flows:started', () => say({ kind: 'started' }));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// A deploy before Node-RED has loaded its own flows would lose its credentials to them.
const loaded = once(RED.events, 'flows:started');
await RED.start();
await loaded;

async function look(): Promise<void> {
  const memory = process.resourceUsage().maxRSS * 1024;
  say({ kind: 'looked', ...(await unsettledIn(store)), memory });
}

process.on('message', (order: Order) => {
  if (order.kind === 'look') return void look();
  const { number, items } = order;
  if (dropEvery !== undefined && number % dropEvery === 0) return say({ kind: 'done', number });
  // It is not taken while the node is missing: a flow's source would have no node to send to either.
  nodes.getNode(order.node)?.receive({ payload: items, number } as unknown as NodeMessage);
});
say({ kind: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
