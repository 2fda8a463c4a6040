/**
 * An accumulator of full feeds and changes in a process of its own, until it is killed: one life of many.
 */
import { Accumulators } from '../../../src/accumulator/index.ts';
import { ConnectionRegistry, systemClock } from '../../../src/connection/index.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import { JobTracker } from '../../../src/jobs/index.ts';
import { type ItemRecord, keysOfItem } from '../../../src/prepare/index.ts';
import { type BatchOffer, BatchSender } from '../../../src/sending/index.ts';
import { processStore } from '../../../src/store/index.ts';
import { optionsOf } from '../../prepare/prepared.ts';

/** What the process is to do. */
export interface FeedingTask {
  readonly storeFile: string;
  readonly connectUrl: string;
  readonly tokenUrl: string;
  /** Milliseconds that stand for a minute. */
  readonly minute: number;
}

/** To the process: a part of a full feed, or one of changes where there is no sequence. */
export interface Delivery {
  readonly id: number;
  readonly items: readonly unknown[];
  readonly sequence?: string;
  readonly part?: { readonly index: number; readonly count: number };
}

/** From the process: it is there, a delivery is on disk, or what becomes of feeds and batch. */
export type FeedingLine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | {
      readonly kind: 'state';
      readonly feeds: readonly string[];
      readonly batch: string;
      readonly waiting: number;
    };

const { storeFile, connectUrl, tokenUrl, minute } = JSON.parse(process.argv[2] ?? '') as FeedingTask;

function say(line: FeedingLine): void {
  process.send?.(line, () => undefined);
}

const clock = systemClock;
const store = processStore(storeFile);
const registry = new ConnectionRegistry({ minute });
const keysOf = (name: string) => (row: ItemRecord) => keysOfItem(name as ImportName, row);
const tracker = new JobTracker({ store, clock, minute, random: Math.random, keysOf });
const account = { clientId: 'simulator', clientSecret: 'simulator-secret', scope: 'playground' };
const pace = { requestsPerMinute: 60, timeout: minute * 20, deadline: minute * 60 };
const connection = registry.acquire(
  { customer: 'acme', addresses: { connectUrl, tokenUrl }, ...account, ...pace },
  store.slots,
);
const { scope } = connection;
tracker.join(connection, minute * 60);
const sender = new BatchSender({ ledger: { store, tracker, clock }, minute, random: Math.random });
sender.join(connection, 'connection');

async function take({ id, import: name }: BatchOffer): Promise<void> {
  const nobody = () => undefined;
  const taker = { scope, import: name, nodeId: 'import', connectionId: 'connection' };
  // One that is on its way already is offered again now and then.
  await sender
    .take(id, taker, { accepted: nobody, progress: nobody, ended: nobody, warning: nobody })
    .catch(nobody);
}

let said = '';
const accumulator = new Accumulators({ store, clock, minute, sender }).attach(
  {
    collection: { scope, import: 'import-onhands', name: 'stock' },
    options: optionsOf('import-onhands', { accountId: 10_000, maximumBytes: 1_000_000 }),
    rules: { age: minute },
    most: { items: 1_000_000, bytes: 1_000_000_000 },
    follows: [],
  },
  {
    availability: () => 'open',
    batch: (offer) => void take(offer),
    outcome: () => undefined,
    warning: () => undefined,
    changed: ({ feeds, batch, waiting }) => {
      // Only the first is held, because nothing is known to compare it with.
      for (const { id, state } of feeds) if (state === 'held') accumulator.confirm(id).catch(() => undefined);
      const line: FeedingLine = {
        kind: 'state',
        feeds: feeds.map(({ sequence, state }) => `${sequence} ${state}`),
        batch: batch?.state ?? '',
        waiting: waiting.items,
      };
      const text = JSON.stringify(line);
      if (text !== said) say(line);
      said = text;
    },
  },
);

process.on('message', ({ id, items, sequence, part }: Delivery) => {
  const taken =
    sequence === undefined || part === undefined
      ? accumulator.add(items)
      : accumulator.collect(items, { sequence, part });
  taken.then(
    () => say({ kind: 'done', id }),
    () => undefined,
  );
});
await store.ready();
say({ kind: 'ready' });
