/**
 * A Node-RED that works while it is deployed, and remembers what it hands over and what it hears back. Started by
 * {@link LoadedNodeRed}, in a process of its own.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import RED, { type Node, type NodeMessage } from 'node-red';
import { ownTask, tellParent } from '../../../bench/child.ts';
import { builtModule, silentSettings } from '../processes/built-node-red.ts';
import { connectionIds, receiverType } from './flow.ts';
import { heapContents } from './heap.ts';
import {
  type Counts,
  type Handed,
  type Holdings,
  type LoadTask,
  partNumber,
  type Questions,
  type Told,
} from './report.ts';

type Connections = typeof import('../../../src/connection/index.ts');
type Stores = typeof import('../../../src/store/index.ts');
type ConnectConfig = import('../../../src/runtime/connect-config.ts').ConnectConfigNode;

/** A message on its way, with what this test knows of it. */
interface LoadMessage extends NodeMessage {
  readonly number?: number;
  readonly norce?: { readonly jobId?: string; readonly code?: string; readonly outcome?: string };
  readonly error?: { readonly code?: string };
}

/** One end of a wire; the types of Node-RED's hooks do not know the node. */
interface Routed {
  readonly node: Node;
}

const { folder, minute, receivers, pause, itemsPerMessage } = ownTask<LoadTask>();

const { ConnectionRegistry, processRegistryKey } = (await builtModule('connection/index')) as Connections;
const { processStore } = (await builtModule('store/index')) as Stores;
(globalThis as unknown as Record<symbol, unknown>)[processRegistryKey] = new ConnectionRegistry({ minute });

/** Milliseconds that a receiver takes to close at most. */
const longestClose = 200;

const handed: Handed[] = [];
const told: Told[] = [];
let starts = 0;

/** The part of Node-RED's nodes that is used here; its types know only what nodes see of it. */
const nodes = RED.nodes as unknown as {
  getNode(id: string): Node | null | undefined;
  createNode(node: Node, definition: object): void;
  registerType(set: string, type: string, construct: (this: Node, definition: object) => void): void;
};
const isImport = (type: string): boolean => type.startsWith('norce-import-');
/** A node that has been closed hears nothing; Node-RED drops what is sent to it. */
const isOpen = (node: Node): boolean => nodes.getNode(node.id) === node;
/** `id` as it stands before a line of the package in the log. */
const isOpenNow = (id: string): boolean => (nodes.getNode(id) ?? null) !== null;
const messageId = (number: number): string => `message-${number}`;

function hearLog({ msg }: { readonly msg?: unknown }): void {
  // What Node-RED says about its own start is not about messages.
  if (starts === 0) return;
  const text = String(msg);
  const [, id = '', what, number, rest = ''] =
    /^\[\S+:(\S+)] Nobody received the (result|error) of message message-(\d+): (.*)/s.exec(text) ?? [];
  if (number === undefined || isOpenNow(id)) {
    told.push({ number: undefined, by: 'log: other', text });
  } else if (what === 'error') {
    told.push({ number: Number(number), by: 'log: error', text });
  } else {
    const { jobId, code, outcome, items } = JSON.parse(rest) as Told & { readonly items: number };
    told.push({
      number: Number(number),
      by: 'log: result',
      ...defined({ jobId, code, outcome }),
      count: items,
      text,
    });
  }
}

function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(given));
}

RED.hooks.add('onReceive', ({ msg, destination }) => {
  const { number, error } = msg as LoadMessage;
  const { node } = destination as unknown as Routed;
  if (number === undefined || !isOpen(node)) return;
  if (isImport(node.type)) handed.push({ number, node: node.id });
  else if (node.type === 'catch') told.push({ number, by: 'Catch node', ...defined({ code: error?.code }) });
});
RED.hooks.add('preDeliver', ({ msg, source, destination }) => {
  const { number, norce, payload } = msg as LoadMessage;
  if (
    number === undefined ||
    !isImport((source as unknown as Routed).node.type) ||
    !isOpen((destination as unknown as Routed).node)
  )
    return;
  const { jobId, code, outcome } = norce ?? {};
  told.push({
    number,
    by: jobId === undefined ? 'not accepted' : 'accepted',
    ...defined({ jobId, code, outcome }),
    parts: (payload as { readonly PartNo: string }[]).map((item) => item.PartNo),
  });
});

const server = createServer((request, response) => RED.httpAdmin(request, response));
RED.init(server, silentSettings(folder, hearLog));
RED.events.on('flows:started', () => {
  starts++;
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// A deploy before Node-RED has loaded its own flows would lose its credentials to them.
const loaded = once(RED.events, 'flows:started');
await RED.start();
await loaded;

// Nodes that hold something need time to let go of it, and so long a deploy takes.
nodes.registerType('deploy-load', receiverType, function (definition) {
  nodes.createNode(this, definition);
  this.on('close', (done: () => void) => void setTimeout(done, Math.random() * longestClose));
});

let lastNumber = 0;
let feeding: NodeJS.Timeout | undefined;

function handOver(): void {
  const number = ++lastNumber;
  const payload = Array.from({ length: itemsPerMessage }, (_, item) => ({
    PartNo: partNumber(number, item),
    WarehouseCode: 'W',
    LocationCode: 'L',
    OnhandValue: number,
  }));
  // It is not taken while the node is missing: a flow's source would have no node to send to either.
  const node = nodes.getNode(receivers[number % receivers.length] ?? '');
  node?.receive({ payload, number, _msgid: messageId(number) } as NodeMessage);
}

function slotsAndWaiting(): Pick<Holdings, 'slots' | 'waiting'> {
  const statuses = connectionIds.map((id) => {
    const { used, waiting } = (nodes.getNode(id) as ConnectConfig).open().connection.status;
    return { id, used, waiting: Object.values(waiting).reduce((sum, count) => sum + count, 0) };
  });
  return {
    slots: Object.fromEntries(statuses.map(({ id, used }) => [id, used])),
    waiting: Object.fromEntries(statuses.map(({ id, waiting }) => [id, waiting])),
  };
}

/** Jobs that have not ended are asked about from time to time, which takes a slot. */
async function followedJobs(): Promise<number> {
  const { jobs } = processStore(join(folder, 'norce-connect', 'store.sqlite'));
  const scopes = connectionIds.map((id) => (nodes.getNode(id) as ConnectConfig).open().connection.scope);
  const unfinished = await Promise.all([...new Set(scopes)].map((scope) => jobs.unfinished(scope)));
  return unfinished.flat().length;
}

function countsOf(emitter: NodeJS.EventEmitter): Counts {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}

function tally(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Classes of the package, of Node-RED and of Node.js whose objects must not pile up. */
const watched = [
  'AbortController',
  'CallRun',
  'CatchNode',
  'Connection',
  'Deadline',
  'Flow',
  'HttpClient',
  'HttpExchange',
  'ImportNode',
  'ImportStatus',
  'Input',
  'Outlet',
  'Socket',
  'Status',
  'Throttle',
  'Timeout',
  'TokenLimiter',
  'TokenSource',
];

const questions: Questions = {
  starts: async () => starts,
  work: async () => {
    feeding = setInterval(handOver, pause);
  },
  rest: async () => clearInterval(feeding),
  quiet: async (most) => {
    const isBusy = async (): Promise<boolean> =>
      (await followedJobs()) > 0 ||
      Object.values(slotsAndWaiting()).some((counts) => Object.values(counts).some(Boolean));
    for (let waited = 0; (await isBusy()) && waited < most; waited += 50) await wait(50);
    // The HTTP clients close their sockets after a minute without requests.
    await wait(minute * 1.5);
  },
  holdings: async () => {
    const { objects, bytes } = await heapContents();
    return {
      resources: tally(process.getActiveResourcesInfo()),
      processListeners: countsOf(process),
      nodeRedListeners: countsOf(RED.events as unknown as NodeJS.EventEmitter),
      objects: Object.fromEntries(watched.map((name) => [name, objects[name] ?? 0])),
      ...slotsAndWaiting(),
      heap: bytes,
    };
  },
  records: async () => ({ handed: handed.splice(0), told: told.splice(0) }),
};

process.on(
  'message',
  async ({ name, given }: { readonly name: keyof Questions; readonly given: readonly never[] }) => {
    const ask = questions[name] as (...given: readonly never[]) => Promise<unknown>;
    await tellParent({ answer: (await ask(...given)) ?? null });
  },
);
const { port } = server.address() as AddressInfo;
await tellParent({ url: `http://127.0.0.1:${port}` });
