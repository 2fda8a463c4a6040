/**
 * The request limit: never one too many in a window, never one too few.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import type { Simulator, SimulatorOptions } from '../../src/simulator/index.ts';
import { RequestLimit } from '../../src/simulator/limit.ts';
import { Caller, startQuick } from './caller.ts';

describe('simulator: request limit', () => {
  async function withSimulator(options: SimulatorOptions, body: (simulator: Simulator) => Promise<void>) {
    const simulator = await startQuick(options);
    try {
      await body(simulator);
    } finally {
      await simulator.close();
    }
  }

  const ping = (caller: Caller) => caller.call('/Job/Ping');

  it('turns the 61st request of a minute away, with Retry-After, and takes it later', async () => {
    await withSimulator({ requestLimit: 60, timeScale: 50 }, async (simulator) => {
      const caller = new Caller(simulator);
      await caller.token();
      const statuses: number[] = [];
      for (let count = 0; count < 60; count++) statuses.push((await ping(caller)).status);
      assert.deepEqual(new Set(statuses), new Set([200]));
      const late = await ping(caller);
      assert.equal(late.status, 429);
      assert.match(late.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      assert.equal(simulator.requests.at(-1)?.status, 429);
      await wait(1250);
      assert.equal((await ping(caller)).status, 200);
    });
  });

  it('counts unauthorised requests too, and its own pages not', async () => {
    await withSimulator({ requestLimit: 1 }, async (simulator) => {
      assert.equal((await fetch(`${simulator.url}/simulator/state`)).status, 200);
      assert.equal((await fetch(`${simulator.connectUrl}/Job/Ping`)).status, 401);
      assert.equal((await fetch(`${simulator.connectUrl}/Job/Ping`)).status, 429);
    });
  });

  it('leaves Retry-After out on demand', async () => {
    await withSimulator({ requestLimit: 0, retryAfter: false }, async (simulator) => {
      const response = await ping(new Caller(simulator));
      assert.equal(response.status, 429);
      assert.equal(response.headers.get('retry-after'), null);
    });
  });

  it('rolls: no window of any position holds more than the limit, and none that could is cut short', () => {
    const window = 1000;
    const limit = 5;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, 99, 100, 200, 400), { maxLength: 80 }), (pauses) => {
        let time = 0;
        const counter = new RequestLimit({ limit, window, minute: 'rolling', now: () => time });
        const admitted: number[] = [];
        for (const pause of pauses) {
          time += pause;
          const recent = admitted.filter((at) => at > time - window).length;
          const milliseconds = counter.admit();
          assert.equal(milliseconds === 0, recent < limit);
          if (milliseconds === 0) admitted.push(time);
          else assert.equal(milliseconds, (admitted.at(-limit) ?? 0) + window - time);
        }
      }),
    );
  });

  it('starts anew at every full minute under the fixed reading', () => {
    let time = 999;
    const counter = new RequestLimit({ limit: 2, window: 1000, minute: 'fixed', now: () => time });
    const admits = () => counter.admit() === 0;
    assert.deepEqual([admits(), admits(), admits()], [true, true, false]);
    assert.equal(counter.admit(), 1);
    time = 1000;
    assert.deepEqual([admits(), admits(), admits()], [true, true, false]);
  });
});
