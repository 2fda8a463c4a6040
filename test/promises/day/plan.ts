/**
 * A day in the life of a shop: its sources, their pace, and what goes wrong when.
 */
import type { LoadedCollection } from '../accumulator-load/collections.ts';

/** Real milliseconds that stand for a minute. */
export const minute = 300;
/** How many times faster than real time the day passes. */
export const scale = 60_000 / minute;
/** Requests per minute of the customer. */
export const limit = 60;
/** Real milliseconds before each answer of Connect. */
export const latency = { minimum: 1, maximum: 5 };

function names(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`);
}

const products: LoadedCollection = {
  name: 'products',
  import: 'import-products',
  follows: [],
  records: names('product', 20),
};
const prices: LoadedCollection = {
  name: 'prices',
  import: 'import-prices',
  follows: ['products'],
  records: names('price', 60),
};
const stock: LoadedCollection = {
  name: 'stock',
  import: 'import-onhands',
  follows: [],
  records: names('stock', 60),
};
const customers: LoadedCollection = {
  name: 'customers',
  import: 'import-customers',
  identity: 'Code',
  follows: [],
  records: names('customer', 40),
};

/** A system that changes come from. It has an account at Norce of its own. */
export interface Source {
  readonly name: string;
  readonly collection: LoadedCollection;
  /** Minutes after which the oldest change is released. */
  readonly releaseMinutes: number;
  /** Minutes between two bursts of messages by day; by night they are three times as many. */
  readonly every: number;
  readonly messagesPerBurst: number;
  /** Items of a message at most. */
  readonly items: number;
}

/** The four sources. */
export const sources: readonly Source[] = [
  { name: 'ERP', collection: products, releaseMinutes: 15, every: 3, messagesPerBurst: 1, items: 3 },
  { name: 'Price system', collection: prices, releaseMinutes: 10, every: 20, messagesPerBurst: 40, items: 5 },
  { name: 'Warehouse', collection: stock, releaseMinutes: 5, every: 0.5, messagesPerBurst: 2, items: 3 },
  { name: 'CRM', collection: customers, releaseMinutes: 30, every: 2, messagesPerBurst: 1, items: 2 },
];

/** What is collected. */
export const collections = sources.map(({ collection }) => collection);

/** What happens in a day, as shares of it. */
export const events = {
  night: { until: 0.25, from: 0.92 },
  /** Connect refuses connections in the first half, and answers 503 in the second: 6 of 24 hours. */
  outage: { from: 0.4, until: 0.65 },
  /** In the morning, in the outage, and while the backlog drains. */
  deploys: [0.33, 0.52, 0.651],
  /** At full load of the afternoon. */
  kill: 0.72,
} as const;
