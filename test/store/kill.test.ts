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
});
