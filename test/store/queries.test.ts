/**
 * No statement of an operation reads a whole table, so that 100,000 runs are no slower than one.
 */

import assert from 'node:assert/strict';
import { Database, type Value } from '../../src/store/sqlite/driver.ts';
import { operations } from '../../src/store/sqlite/operations/index.ts';
import { keep } from '../../src/store/sqlite/operations/kept.ts';
import { migrate, migrations } from '../../src/store/sqlite/schema.ts';
import { bytesOf } from '../support/bytes.ts';
import { callFeeds, type FeedOperation } from './support/feed-calls.ts';
import { newRequest } from './support/stores.ts';

/** Notes every statement. */
class Listening extends Database {
  readonly heard = new Map<string, readonly Value[]>();

  override run(sql: string, ...values: Value[]) {
    this.heard.set(sql, values);
    return super.run(sql, ...values);
  }

  override get<Row>(sql: string, ...values: Value[]) {
    this.heard.set(sql, values);
    return super.get<Row>(sql, ...values);
  }

  override all<Row>(sql: string, ...values: Value[]) {
    this.heard.set(sql, values);
    return super.all<Row>(sql, ...values);
  }
}

describe('store: queries', () => {
  it('every operation finds its rows by an index', () => {
    const database = new Listening(':memory:');
    migrate(database, migrations);
    database.heard.clear();
    const { keys: _, ...request } = newRequest();
    const { scope } = request;
    const end = { result: 'succeeded', details: '{}', at: 4 } as const;
    const wait = { scope, jobId: '7', nodeId: 'n', message: '{}', limitAt: 9 };
    const job = { jobId: '7', status: 2 };
    const event = { scope, nodeId: 'n', type: 'JobCompletedEvent', body: '{}', job };
    const now = { wall: 1, uptime: 1 };
    const counts = new Map([['x', 1]]);
    const most = { items: 100, bytes: 10_000 };
    const block = { lines: 'A\t{"a":1}\nB\t{"b":1}', items: 2, bytes: 14, supplierId: null };
    const kept = { key: 'A', text: '{"a":0}', reason: '{}' };
    const piece = (request: number, stage: number, keys: string) => ({
      ...{
        request,
        stage,
        header: '{}',
        items: 2,
        bytes: 16,
        keys: bytesOf(keys),
        texts: bytesOf('{"a":1},\n{"b":1}'),
      },
    });
    const pieces = [piece(0, 0, 'A\nB'), piece(0, 0, 'C\nD'), piece(1, 1, 'A\t["A"]\nB\t["B"]')];
    const batch = { id: 'batch', settings: '{}', most, partitionBytes: 5 };
    const ofBatch = { ...request, items: 2, batch: { id: 'batch', request: 0 } };
    const calls: { readonly [Name in Exclude<keyof typeof operations, FeedOperation>]: () => unknown } = {
      'collections.open': () =>
        operations['collections.open'](database, { scope, import: 'i', name: 'n' }, '{}'),
      'collections.append': () => operations['collections.append'](database, 1, block, most, 1),
      'collections.flush': () => operations['collections.flush'](database, 1),
      'collections.reject': () =>
        operations['collections.reject'](database, 1, [kept, kept], { items: 1, bytes: 100 }, 1),
      'batches.begin': () => operations['batches.begin'](database, 'me', 1, batch, 2),
      'batches.changeSettings': () => operations['batches.changeSettings'](database, 'me', 'batch', '{}'),
      'batches.distribute': () => operations['batches.distribute'](database, 'batch', 100),
      'batches.partition': () => operations['batches.partition'](database, 'batch', 0),
      'batches.fill': () => {
        // Something that failed before, and is replaced.
        const origin = {
          collectionId: 1,
          kind: 'failed',
          batchId: 'former',
          supplierId: null,
        } as const;
        keep(database, origin, [{ ...kept, age: 0 }], 2);
        for (const partition of [0, 1, 2]) {
          operations['batches.fill'](database, 'batch', partition, partition === 0 ? pieces : [], [], [], 3);
        }
      },
      'batches.sealed': () => operations['batches.sealed'](database, 'me', 'batch'),
      'batches.find': () => operations['batches.find'](database, 'me', 'batch'),
      'batches.unfinished': () => operations['batches.unfinished'](database, 'me'),
      'batches.take': () => operations['batches.take'](database, 'me', 'batch', 'n'),
      'batches.untake': () => operations['batches.untake'](database, 'another', 'batch'),
      'batches.requests': () => operations['batches.requests'](database, 'batch'),
      'batches.pieces': () => operations['batches.pieces'](database, 'batch', 0, -1, 100),
      'batches.split': () => operations['batches.split'](database, 'batch', 0),
      'batches.firstKeys': () => operations['batches.firstKeys'](database, 'batch', 0),
      'batches.letGo': () => {
        const failed = new Map([['B', '{}']]);
        operations['batches.letGo'](database, 'batch', 0, failed, 0, '{}', 1, 4);
        while (operations['batches.letGo'](database, 'batch', 2, undefined, 100, '{}', 1, 4));
      },
      'batches.withhold': () => operations['batches.withhold'](database, 'batch', 1, '{}', 5),
      'batches.failures': () => operations['batches.failures'](database, 'batch', 1),
      'collections.state': () => operations['collections.state'](database, 1),
      'collections.list': () => operations['collections.list'](database),
      'collections.kept': () => operations['collections.kept'](database, 1, 'failed', 0, 10),
      'collections.requeue': () => operations['collections.requeue'](database, 1, 10, 6),
      'collections.replaced': () => operations['collections.replaced'](database, 1),
      'collections.lastKept': () => operations['collections.lastKept'](database, 1, 'rejected'),
      'collections.discardKept': () => operations['collections.discardKept'](database, 1, 'rejected', 10, 10),
      'collections.discardWaiting': () => operations['collections.discardWaiting'](database, 1),
      'slots.take': () => operations['slots.take'](database, 't'),
      'slots.end': () => operations['slots.end'](database, 1, now),
      'slots.load': () => operations['slots.load'](database, 't', 9, now, 20),
      'slots.forget': () => operations['slots.forget'](database, [1]),
      'requests.begin': () => operations['requests.begin'](database, 'me', { ...request, counts }, '[]', 1),
      'requests.again': () => operations['requests.again'](database, 1, 1),
      'requests.abandoned': () => operations['requests.abandoned'](database, 'another', scope, 1),
      'requests.failed': () => operations['requests.failed'](database, 1, 'not sent', 1),
      'requests.accepted': () => {
        operations['requests.accepted'](database, 1, '7', now);
        const id = operations['requests.begin'](database, 'me', ofBatch, '[]', 1);
        operations['requests.again'](database, id, 1);
        operations['requests.accepted'](database, id, '9', now);
        operations['jobs.keys'](database, id);
      },
      'jobs.follow': () => operations['jobs.follow'](database, scope, '8', now),
      'jobs.unfinished': () => operations['jobs.unfinished'](database, scope, now, 20),
      'jobs.find': () => operations['jobs.find'](database, scope, '7'),
      'jobs.keys': () => operations['jobs.keys'](database, 1),
      'jobs.newer': () => operations['jobs.newer'](database, scope, '7'),
      'jobs.isNewerUnderWay': () => operations['jobs.isNewerUnderWay'](database, scope, '7'),
      'jobs.restarted': () => operations['jobs.restarted'](database, scope, '7', '7', now),
      'waits.add': () => operations['waits.add'](database, wait, 3),
      'waits.pending': () => operations['waits.pending'](database, 'n', 3),
      'waits.nextLimit': () => operations['waits.nextLimit'](database, 'n', 3),
      'waits.nodes': () => operations['waits.nodes'](database, scope),
      'waits.claim': () => operations['waits.claim'](database, 'me', 1),
      'jobs.end': () => operations['jobs.end'](database, scope, '7', 2, end),
      'waits.due': () => operations['waits.due'](database, 'n', 10),
      'waits.finish': () => operations['waits.finish'](database, 1),
      'events.add': () => operations['events.add'](database, event, 5),
      'events.pending': () => operations['events.pending'](database, 'n'),
      'events.claim': () => operations['events.claim'](database, 'me', 1),
      'events.finish': () => operations['events.finish'](database, 1, 6),
      'batches.end': () => {
        for (const number of [0, 1]) {
          while (operations['batches.letGo'](database, 'batch', number, undefined, 100, '{}', 1, 6));
        }
        operations['batches.end'](database, 'batch', '{}', 6);
      },
      'batches.outcomes': () => operations['batches.outcomes'](database, 1),
      'batches.claimOutcome': () => operations['batches.claimOutcome'](database, 'me', 1),
      'batches.finishOutcome': () => operations['batches.finishOutcome'](database, 1),
      'jobs.prune': () => operations['jobs.prune'](database, 100, 10),
    };
    for (const call of Object.values(calls)) call();
    callFeeds(database);
    assert.ok(database.heard.size > 170, `${database.heard.size} statements`);
    // One row for each table, and all collections: those are what is asked for.
    const whole = /FROM sqlite_sequence|FROM collection ORDER BY id$/;
    for (const [sql, values] of [...database.heard].filter(([text]) => !whole.test(text))) {
      const plan = database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
      for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN (?!CONSTANT ROW)/, sql);
    }
    database.close();
  });
});
