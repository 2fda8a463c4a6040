/**
 * Killed at any moment: every acknowledged operation is there afterwards, and none is there by half.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { migrations } from '../../src/store/sqlite/schema.ts';
import { StoreProcess } from './support/processes.ts';
import { Stores } from './support/stores.ts';

/** As many kills as the environment asks for. */
const kills = Number(process.env.STORE_KILLS ?? 15);

interface Row {
  readonly id: number;
  readonly state: string;
  readonly header: string;
  readonly jobId: string | null;
  readonly hasKeys: number;
  readonly outcomeId: string | null;
  readonly details: string | null;
  readonly hasRun: number;
}

describe('store: kill', () => {
  const stores = new Stores();
  after(() => stores.clear());
  afterEach(() => StoreProcess.killAll());

  it(`${kills} kills under load: nothing acknowledged is lost, nothing is half`, async function () {
    this.timeout(10_000 + kills * 4_000);
    const file = stores.newFile();
    const acknowledged: string[][] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const process = new StoreProcess('append', file);
      await process.firstLine();
      await sleep(Math.random() * 150);
      acknowledged.push(...(await process.end('SIGKILL')).map((line) => line.split(' ')));
      assert.equal(process.errors, '');
    }
    const database = openDatabase({ file, migrations });
    const rows = database.all<Row>(
      `SELECT request.id, state, header, request.job_id AS jobId, request_keys.keys IS NOT NULL AS hasKeys,
         outcome_id AS outcomeId, details, run.id IS NOT NULL AS hasRun
       FROM request LEFT JOIN request_keys ON request_keys.request_id = request.id LEFT JOIN run ON run.request_id = request.id`,
    );
    database.close();
    const byId = new Map(rows.map((row) => [String(row.id), row]));
    assert.equal(byId.size, rows.length, 'one run at most for each');
    for (const [what, id = '', particulars] of acknowledged) {
      const row = byId.get(id);
      assert.ok(row, `${what} ${id} is lost`);
      if (what === 'ended') assert.equal(row.outcomeId, particulars);
      else assert.equal(row.header, particulars);
      if (what === 'accepted') assert.equal(row.jobId, particulars);
    }
    for (const { id, state, header, jobId, hasKeys, outcomeId, details, hasRun } of rows) {
      const isAccepted = state === 'accepted';
      assert.deepEqual([jobId, hasRun], isAccepted ? [header, 1] : [null, 0], `request ${id}`);
      assert.equal(hasKeys, outcomeId === null ? 1 : 0, `keys of request ${id}`);
      assert.equal(details, outcomeId === null ? null : header, `end of request ${id}`);
    }
    assert.ok(acknowledged.length > kills * 20, `${acknowledged.length} acknowledged`);
  });

  it(`${kills} kills while batches are sealed and ended: each item is in one place until it may go`, async function () {
    this.timeout(10_000 + kills * 12_000);
    const file = stores.newFile();
    const said = { appended: new Set<string>(), ending: new Set<string>(), ended: 0 };
    // More of them where a slow machine has not come to the end of batches.
    for (let kill = 0; kill < kills || (said.ended < 5 && kill < 3 * kills); kill += 1) {
      const process = new StoreProcess('batches', file);
      await process.firstLine();
      await sleep(Math.random() * 150);
      for (const line of await process.end('SIGKILL')) {
        const [what, ...keys] = line.split(' ');
        if (what === 'ended') said.ended += 1;
        else for (const key of keys) said[what as 'appended' | 'ending'].add(key);
      }
      assert.equal(process.errors, '');
    }
    const database = openDatabase({ file, migrations });
    const texts = database.all<{ texts: string }>(
      `SELECT lines AS texts FROM block UNION ALL SELECT lines FROM partition_block
       UNION ALL SELECT texts FROM piece UNION ALL SELECT text FROM kept`,
    );
    const wrongCounts = database.all(
      `SELECT batch_id, number FROM batch_request WHERE (items, bytes, pieces) IS NOT
         (SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0), count(*) FROM piece
          WHERE piece.batch_id = batch_request.batch_id AND piece.request = batch_request.number)
       UNION ALL SELECT name, id FROM collection WHERE (waiting_items, waiting_bytes) IS NOT
         (SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0) FROM block WHERE collection_id = collection.id
            AND place > coalesce((SELECT last_place FROM batch WHERE collection_id = collection.id
              AND state = 'sealing'), -1e9))
       UNION ALL SELECT name, id FROM collection WHERE (failed_items, failed_bytes) IS NOT
         (SELECT count(*), coalesce(sum(bytes), 0) FROM kept WHERE collection_id = collection.id)
       UNION ALL SELECT id, 0 FROM batch WHERE state <> 'sealing' AND merged_items <> collected_items`,
    );
    database.close();
    assert.deepEqual(wrongCounts, []);
    const found = texts.flatMap((row) => [...row.texts.matchAll(/"key":(\d+)/g)].map(([, key = '']) => key));
    const there = new Set(found);
    assert.equal(found.length, there.size, 'some item is in two places');
    for (const key of said.appended) {
      const mayBeGone = said.ending.has(key) && Number(key) % 7 > 0;
      assert.ok(mayBeGone || there.has(key), `${key} is lost`);
    }
    assert.ok(said.ended >= 5, `${said.ended} batches ended`);
  });
});
