/**
 * Promise 2: from all nodes together Connect never receives more than the limit in any rolling minute.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { connection, Deployment, manyNodes } from '../support/deploying.ts';
import { credentials, helper, scaleMinute, unload } from '../support/flow.ts';

describe('promise 2: never over the limit', () => {
  /** Milliseconds that stand for a minute. */
  const minute = 2000;
  const limit = 60;
  let simulator: Simulator;

  before(async () => {
    await helper.startServer();
    scaleMinute(minute);
    simulator = await Simulator.start({
      timeScale: 60_000 / minute,
      requestLimit: limit,
      latency: { minimum: 0, maximum: minute * 0.02 },
    });
  });
  after(async () => {
    await unload();
    await helper.stopServer();
    await simulator.close();
  });

  it('three nodes on two config nodes of one customer: 600 requests, no 429, in about the ideal time', async () => {
    const requests = 600;
    const connections = [connection('one', simulator), connection('two', simulator)];
    const deployment = new Deployment();
    await deployment.start(manyNodes(3, connections), { one: credentials, two: credentials });
    const begin = performance.now();
    for (let number = 0; number < requests; number++) deployment.send(number, number % 3);
    await deployment.until(() => deployment.outcomes.size === requests);
    const time = performance.now() - begin;
    const ideal = (simulator.requests.length / limit - 1) * minute;
    process.stdout.write(`      ${requests} requests: ${(time / ideal).toFixed(3)} of the ideal time\n`);

    assert.equal(simulator.requests.filter(({ status }) => status === 429).length, 0);
    // What is asked about the jobs meanwhile counts as well.
    const imports = simulator.requests.filter(({ path }) => path.endsWith('/ImportOnhands'));
    assert.equal(imports.length, requests);
    const times = simulator.requests.map((request) => request.at);
    for (const [index, time] of times.entries()) {
      const earlier = times[index - limit];
      assert.ok(earlier === undefined || time - earlier >= minute, `request ${index} came too early`);
    }
    for (const outcomes of deployment.outcomes.values()) assert.equal(outcomes.length, 1);
  });
});
