/**
 * Accumulators and the sending of their batches in a process of their own, until it is killed: one life of many.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Accumulator, type AccumulatorListener, Accumulators } from '../../../src/accumulator/index.ts';
import { type Clock, ConnectionRegistry, systemClock } from '../../../src/connection/index.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import type { ConnectError } from '../../../src/errors.ts';
import { JobTracker } from '../../../src/jobs/index.ts';
import { keysOfItem, type PrepareOptions } from '../../../src/prepare/index.ts';
import { type BatchOffer, BatchSender } from '../../../src/sending/index.ts';
import { processStore } from '../../../src/store/index.ts';
import { machineClock } from '../../../src/store/sqlite/machine-clock.ts';
import { accumulatorOf, collectionsUnder, type LoadedCollection } from '../accumulator-load/collections.ts';
import type { AccumulatingTask, Line, Order } from './accumulating-lines.ts';
import { aboutCall, aboutResult, markedStore } from './marked-store.ts';
import { HastyTracker, sabotagedStore } from './sabotage.ts';
import { unsettledIn } from './unsettled.ts';

const task = JSON.parse(process.argv[2] ?? '') as AccumulatingTask;
const { minute, sabotage } = task;

/** A line is in the pipe, and outlives this process, when this returns. */
function say(line: Line): void {
  const text = Buffer.from(`${JSON.stringify(line)}\n`);
  let written = 0;
  while (written < text.length) {
    try {
      written += writeSync(3, text, written);
    } catch (thrown) {
      // The reader is behind.
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
    }
  }
}

let offset = task.clock?.atStart ?? 0;
if (task.clock !== undefined) {
  const { later, after } = task.clock;
  setTimeout(() => {
    offset = later;
  }, after).unref();
}
const clock: Clock = { ...systemClock, date: () => Date.now() + offset };

const file = processStore(task.storeFile, {
  clock: {
    ...machineClock,
    moment: () => {
      const { wall, uptime } = machineClock.moment();
      return { wall: wall + offset, uptime };
    },
  },
  ...(task.isCareless ? { isCareless: true } : {}),
});
const store = markedStore(
  file,
  {
    begins: (call, operation, values) =>
      say({ kind: 'begins', call, operation, ...aboutCall(operation, values) }),
    ends: (call, operation, result) => say({ kind: 'ends', call, ...aboutResult(operation, result) }),
  },
  sabotagedStore(file, sabotage),
);
const registry = new ConnectionRegistry({ minute, clock });
const Tracker = sabotage === 'early release' ? HastyTracker : JobTracker;
const tracker = new Tracker({
  store,
  clock,
  minute,
  random: Math.random,
  keysOf: (name) => (row) => keysOfItem(name as ImportName, row),
});
const connection = registry.acquire(
  {
    customer: 'acme',
    addresses: { connectUrl: task.connectUrl, tokenUrl: task.tokenUrl },
    clientId: 'simulator',
    clientSecret: 'simulator-secret',
    scope: 'playground',
    requestsPerMinute: 60,
    timeout: minute * 2,
    deadline: minute * 10,
  },
  store.slots,
);
tracker.join(connection, minute * 60);
const connectionId = 'connection';
const sender = new BatchSender({ ledger: { store, tracker, clock }, minute, random: Math.random });
sender.join(connection, connectionId);
const accumulators = new Accumulators({ store, clock, minute, sender });

function warn(code: string, message: string): void {
  say({ kind: 'warning', code, message });
}

/** What the import node does. A batch that is on its way already is offered once more now and then. */
async function take(offer: BatchOffer): Promise<void> {
  const taker = { scope: connection.scope, import: offer.import, nodeId: 'import', connectionId };
  try {
    await sender.take(offer.id, taker, {
      accepted: () => undefined,
      progress: () => undefined,
      ended: () => undefined,
      warning: warn,
    });
  } catch (thrown) {
    const { code = 'UNEXPECTED', message } = thrown as ConnectError;
    if (code !== 'BATCH_TAKEN' && code !== 'BATCH_DONE') warn(code, message);
  }
}

function optionsOf({ import: name, identity, supplierId }: LoadedCollection): PrepareOptions {
  return {
    import: name,
    accountId: 10_000,
    ...(identity === undefined ? {} : { identity }),
    ...(supplierId === undefined ? {} : { supplierId }),
    fullFile: false,
    fields: 'carried',
    clear: {},
    switches: {},
    unknownProperties: 'reject',
    maximumItems: 20,
    maximumBytes: 1_000_000,
  };
}

/** An accumulator's node and the import node behind it. */
function attach(collection: LoadedCollection): Accumulator {
  const listener: AccumulatorListener = {
    availability: () => 'open',
    batch(offer) {
      say({ kind: 'offered', batch: offer });
      void take(offer);
    },
    outcome({ batch, result, items, failed }, isRepeated) {
      say({ kind: 'told', batch: batch.id, isRepeated, result, items, failed });
    },
    changed: () => undefined,
    warning: warn,
  };
  return accumulators.attach(
    {
      collection: { scope: connection.scope, import: collection.import, name: accumulatorOf(collection) },
      options: optionsOf(collection),
      rules: { items: 40, age: minute / 3 },
      most: { items: 1_000_000, bytes: 1_000_000_000 },
      follows: collection.follows,
    },
    listener,
  );
}

const attached = new Map(
  collectionsUnder(task.supplierId).map((collection) => [collection.name, attach(collection)]),
);

async function add(id: number, accumulator: Accumulator, items: readonly unknown[]): Promise<void> {
  if (sabotage === 'early done') say({ kind: 'done', id });
  try {
    const { rejected } = await accumulator.add(items);
    const [first] = rejected;
    if (first === undefined) say({ kind: 'done', id });
    else say({ kind: 'refused', id, code: 'REJECTED', message: JSON.stringify(first.errors) });
  } catch (thrown) {
    const { code = 'UNEXPECTED', message } = thrown as ConnectError;
    say({ kind: 'refused', id, code, message });
  }
}

async function look(): Promise<void> {
  say({ kind: 'looked', ...(await unsettledIn(file)) });
}

async function stop(): Promise<void> {
  for (const accumulator of attached.values()) accumulator.detach();
  await registry.close();
  await store.close();
  process.disconnect();
}

/** What cannot be done now, because the store is away or a batch is being sealed, is ordered again. */
function carryOut(order: Order): void {
  const each = (act: (accumulator: Accumulator) => Promise<unknown>): void => {
    for (const accumulator of attached.values()) act(accumulator).catch(() => undefined);
  };
  switch (order.kind) {
    case 'message': {
      const accumulator = attached.get(order.collection);
      if (accumulator !== undefined) void add(order.id, accumulator, order.items);
      break;
    }
    case 'flush':
      each((accumulator) => accumulator.flush());
      break;
    case 'requeue':
      each((accumulator) => accumulator.requeue());
      break;
    case 'look':
      look().catch(() => undefined);
      break;
    case 'stop':
      void stop();
      break;
  }
}

process.on('message', carryOut);

/** A store that cannot be opened yet, for want of room or because of a fault, is asked again. */
for (let isOpen = false; !isOpen; ) {
  try {
    await store.ready();
    isOpen = true;
  } catch {
    await pause(minute / 10);
  }
}
say({ kind: 'ready', pid: process.pid });
