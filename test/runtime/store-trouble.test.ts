/**
 * A store that cannot be used is no secret: the connection says so, and nothing is sent past it.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NodeMessage } from 'node-red';
import { Simulator } from '../../src/simulator/index.ts';
import { helper, importFlow, importNode, load, storeFile, unload } from '../support/flow.ts';

/** Node-RED's numbers of the two levels. */
const levels = { error: 20, warn: 30 } as const;

/** Texts that the connection has written to the log. */
function logged(level: keyof typeof levels): readonly string[] {
  return helper
    .log()
    .args.filter(([entry]) => entry.type === 'norce-connect-config' && entry.level === levels[level])
    .map(([entry]) => String(entry.msg));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a store that cannot be used', () => {
  let simulator: Simulator;
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    simulator = await Simulator.start({ mood: 'kind' });
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  it('is told of by the connection, and by the error of each message', async () => {
    await mkdir(dirname(storeFile()), { recursive: true });
    await writeFile(storeFile(), 'no database '.repeat(1000));
    const got = await load(importFlow('import-onhands', simulator, { fullFile: 'message' }));
    await until(() => logged('error').length > 0);
    assert.match(logged('error').join('\n'), /store\.sqlite/);
    const payload = [{ PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 }];
    importNode().receive({ payload });
    await got.ended();
    // What a full feed is compared with cannot be read.
    importNode().receive({ payload, norce: { fullFile: true } } as NodeMessage);
    await got.ended(2);
    assert.equal(got.of('accepted').length, 0);
    for (const index of [0, 1]) {
      assert.match(String(got.of('caught')[index]?.error?.code), /^STORE_/);
      assert.deepEqual(got.of('rejected')[index]?.payload, payload);
    }
    assert.equal(simulator.requests.length, 0);
  });

  it('is not all that keeps jobs from being followed: refused credentials are told of too, once', async () => {
    simulator.revokeTokens();
    const flow = [
      ...importFlow('import-onhands', simulator),
      {
        id: 'wait',
        z: 'tab',
        type: 'norce-job-status',
        connection: 'connection',
        jobId: '7',
        jobIdType: 'str',
        wires: [],
      },
    ];
    await load(flow, { connection: { clientId: 'simulator', clientSecret: 'wrong' } });
    helper.getNode('wait').receive({});
    await until(() => logged('warn').some((text) => text.includes('TOKEN_REJECTED')));
    assert.equal(logged('warn').filter((text) => text.includes('TOKEN_REJECTED')).length, 1);
  });
});
