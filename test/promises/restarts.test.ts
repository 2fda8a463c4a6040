/**
 * Promise 2 over restarts: a process that is killed and started again remembers the last minute.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Simulator } from '../../src/simulator/index.ts';
import type { FullLoadTask } from './processes/full-load.ts';

describe('promise 2: never over the limit, over restarts too', () => {
  /** Milliseconds that stand for a minute. */
  const minute = 6000;
  const limit = 60;
  /** Requests of one life: after two lives the minute is full, and the third one has to know it. */
  const requestsPerLife = limit / 2;
  const lives = 6;
  let folder: string;
  let simulator: Simulator;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'norce-restarts-'));
    simulator = await Simulator.start({
      timeScale: 60_000 / minute,
      requestLimit: limit,
      latency: { minimum: 0, maximum: minute * 0.02 },
    });
  });
  after(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('killed and started again twice a minute under full load: no 429, and requests go out all the same', async () => {
    const { connectUrl, tokenUrl } = simulator;
    const task: FullLoadTask = {
      storeFile: join(folder, 'store.sqlite'),
      connectUrl,
      tokenUrl,
      minute,
      limit,
    };
    const script = fileURLToPath(new URL('./processes/full-load.ts', import.meta.url));
    for (let life = 0; life < lives; life++) {
      const before = simulator.requests.length;
      const child = fork(script, [JSON.stringify(task)]);
      while (simulator.requests.length < before + requestsPerLife) {
        assert.equal(child.exitCode, null, 'the process has ended by itself');
        await wait(5);
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const statuses = simulator.requests.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 429).length, 0);
  });
});
