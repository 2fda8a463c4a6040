/**
 * One token for all nodes and deploys, none for a secret that is no longer right.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { connection, Deployment, manyNodes } from '../support/deploying.ts';
import { credentials, helper, scaleMinute, unload } from '../support/flow.ts';

describe('token', () => {
  /** Milliseconds that stand for a minute. */
  const minute = 600;
  const timeScale = 60_000 / minute;
  let simulator: Simulator;

  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  async function startSimulator(tokenLifetime: number): Promise<void> {
    scaleMinute(minute);
    simulator = await Simulator.start({ timeScale, tokenLifetime, requestLimit: 60 });
  }

  it('20 nodes, 2,000 requests, two full deploys: one token request per life of a token', async function () {
    this.timeout(240_000);
    // Seconds before scaling: 12 s of this test, in whose last tenth a token is renewed.
    const life = 1200;
    await startSimulator(life);
    const nodes = 20;
    const requests = 2000;
    // So few at once that a deploy, which gives back what waits, is done long before a token's last tenth is over.
    const atOnce = 200;
    const flow = manyNodes(nodes, [connection('one', simulator), connection('two', simulator)]);
    const secrets = { one: credentials, two: credentials };
    const deployment = new Deployment();
    const begin = performance.now();
    await deployment.start(flow, secrets);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let number = next++; number < requests; number = next++) {
        await deployment.deliver(number, number % nodes);
      }
    };
    const delivered = Promise.all(Array.from({ length: atOnce }, work));
    const taken = (count: number) => () => simulator.requests.length >= count;
    for (const count of [600, 1300]) {
      await deployment.until(taken(count));
      await deployment.deploy(flow, secrets, 'full');
    }
    await delivered;
    const time = performance.now() - begin;

    assert.deepEqual(
      simulator.tokenRequests.map((request) => request.status).filter((status) => status !== 200),
      [],
    );
    const lives = time / (((life * 1000) / timeScale) * 0.9);
    const asked = simulator.tokenRequests.length;
    assert.ok(asked >= 2, 'the token was never renewed');
    assert.ok(asked <= Math.ceil(lives), `${asked} token requests in ${lives} lives`);
    const accepted = simulator.requests.filter(
      ({ status, path }) => status === 200 && path.endsWith('/ImportOnhands'),
    );
    assert.equal(accepted.length, requests);
    assert.equal(simulator.requests.filter((request) => request.status === 401).length, 0);
  });

  it('a changed secret never lives on an old token', async () => {
    await startSimulator(3600);
    const flow = manyNodes(1, [connection('one', simulator)]);
    const deployment = new Deployment();
    await deployment.start(flow, { one: credentials });
    await deployment.deliver(1, 0);
    await deployment.deploy(flow, { one: { ...credentials, clientSecret: 'mistyped' } });
    deployment.send(2, 0);
    await deployment.until(() => deployment.outcomes.has(2));
    assert.deepEqual(deployment.outcomes.get(2), [{ code: 'TOKEN_REJECTED' }]);
    simulator.changeSecret(credentials.clientId, 'new secret');
    await deployment.deploy(flow, { one: { ...credentials, clientSecret: 'new secret' } });
    await deployment.deliver(3, 0);
    assert.deepEqual(
      simulator.tokenRequests.map((request) => request.status),
      [200, 401, 200],
    );
  });

  it('a rejected secret gives one clear error per message and one token request', async () => {
    await startSimulator(3600);
    const deployment = new Deployment();
    await deployment.start(manyNodes(5, [connection('one', simulator)]), {
      one: { ...credentials, clientSecret: 'wrong' },
    });
    const messages = 100;
    for (let number = 0; number < messages; number++) deployment.send(number, number % 5);
    await deployment.until(() => deployment.outcomes.size === messages);
    for (const outcomes of deployment.outcomes.values())
      assert.deepEqual(outcomes, [{ code: 'TOKEN_REJECTED' }]);
    assert.equal(simulator.tokenRequests.length, 1);
    assert.equal(simulator.requests.length, 0);
  });
});
