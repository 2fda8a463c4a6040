/**
 * No statement of an operation reads a whole table, so that 100,000 runs are no slower than one.
 */
import assert from 'node:assert/strict';
import { Database, type Value } from '../../src/store/sqlite/driver.ts';
import { operations } from '../../src/store/sqlite/operations/index.ts';
import { migrate, migrations } from '../../src/store/sqlite/schema.ts';
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
    const calls: { readonly [Name in keyof typeof operations]: () => unknown } = {
      'slots.take': () => operations['slots.take'](database, 't'),
      'slots.end': () => operations['slots.end'](database, 1, now),
      'slots.load': () => operations['slots.load'](database, 't', 9, now, 20),
      'slots.forget': () => operations['slots.forget'](database, [1]),
      'requests.begin': () => operations['requests.begin'](database, 'me', request, '[]', 1),
      'requests.again': () => operations['requests.again'](database, 1, 1),
      'requests.abandoned': () => operations['requests.abandoned'](database, 'another', scope, 1),
      'requests.failed': () => operations['requests.failed'](database, 1, 'not sent', 1),
      'requests.accepted': () => operations['requests.accepted'](database, 1, '7', 1),
      'jobs.follow': () => operations['jobs.follow'](database, scope, '8', 2),
      'jobs.unfinished': () => operations['jobs.unfinished'](database, scope),
      'jobs.find': () => operations['jobs.find'](database, scope, '7'),
      'jobs.keys': () => operations['jobs.keys'](database, 1),
      'jobs.newer': () => operations['jobs.newer'](database, scope, '7'),
      'jobs.restarted': () => operations['jobs.restarted'](database, scope, '7', '7', 3),
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
      'jobs.prune': () => operations['jobs.prune'](database, 100, 10),
    };
    for (const call of Object.values(calls)) call();
    assert.ok(database.heard.size > 40, `${database.heard.size} statements`);
    for (const [sql, values] of [...database.heard]) {
      const plan = database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
      for (const { detail } of plan) assert.doesNotMatch(detail, /^SCAN (?!CONSTANT ROW)/, sql);
    }
    database.close();
  });
});
