/**
 * Events: what Norce sends when a job ends, how long it tries, and the disorder in which it arrives.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { retryPauses, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';
import { Receiver } from './receiver.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };
const type = 'JobCompletedEvent';
/** Seconds of Norce's time that no receiver of these tests needs. */
const patient = 1e9;

describe('simulator: webhooks', () => {
  let receiver: Receiver;
  let simulator: Simulator;
  let caller: Caller;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await startQuick({
      webhooks: { [type]: { url: `${receiver.url}/jobs` } },
      eventTimeout: patient,
      ...options,
    });
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
  }

  async function allSettled(): Promise<void> {
    await simulator.settled();
    await simulator.webhooks.settled();
  }

  beforeEach(async () => {
    receiver = await Receiver.start();
  });

  afterEach(async () => {
    await simulator.close();
    await receiver.close();
  });

  it('announces the end of every job of the customer, in order when kind', async () => {
    await start({
      webhooks: { [type]: { url: `${receiver.url}/jobs?x=1`, headers: { 'X-Secret': 'abc' } } },
    });
    const good = await caller.import(onhands, list, [item]);
    const [foreign] = simulator.addForeignJobs(1, 3);
    const invalid = await caller.import(onhands, list, [5]);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ body }) => body),
      [
        { ClientId: 1017, ApplicationId: 1042, JobId: good.id, StatusId: 2 },
        { ClientId: 1017, ApplicationId: 1042, JobId: foreign?.id, StatusId: 3 },
        { ClientId: 1017, ApplicationId: 1042, JobId: invalid.id, StatusId: 4 },
      ],
    );
    for (const { method, path, headers } of receiver.events) {
      assert.deepEqual([method, path, headers['x-secret']], ['POST', '/jobs?x=1', 'abc']);
      assert.match(headers['content-type'] ?? '', /^application\/json/);
    }
    assert.ok(!JSON.stringify(simulator.webhooks.targets).includes('abc'));
  });

  it('tracks nothing while the type is switched off', async () => {
    await start({ webhooks: {} });
    await caller.import(onhands, list, [item]);
    simulator.webhooks.setTarget(type, { url: receiver.url });
    const told = await caller.import(onhands, list, [item]);
    await allSettled();
    simulator.webhooks.setTarget(type, null);
    await caller.import(onhands, list, [item]);
    assert.equal(simulator.sendEvent(type, {}), undefined);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ body }) => body.JobId),
      [told.id],
    );
    assert.equal(simulator.webhooks.deliveries.length, 1);
  });

  it('tries 16 times more, over about 22 hours, then gives the event up', async () => {
    const hours = retryPauses.reduce((sum, pause) => sum + pause, 0) / 3_600_000;
    assert.equal(retryPauses.length, 16);
    assert.ok(hours > 21 && hours < 23, String(hours));
    const timeScale = 100_000;
    await start({ timeScale });
    receiver.otherwise = 500;
    simulator.addForeignJobs(1);
    await allSettled();
    const [delivery] = simulator.webhooks.deliveries;
    assert.equal(delivery?.state, 'dead');
    assert.equal(receiver.events.length, 17);
    assert.deepEqual(
      delivery.attempts.map(({ status }) => status),
      Array.from({ length: 17 }, () => 500),
    );
    for (const [index, pause] of retryPauses.entries()) {
      const between = (delivery.attempts[index + 1]?.at ?? 0) - (delivery.attempts[index]?.at ?? 0);
      assert.ok(between >= pause / timeScale, `retry ${index}: ${between}`);
    }
  });

  for (const status of [200, 201, 202, 204, 209]) {
    it(`takes ${status} for received`, async () => {
      await start();
      receiver.script = [status];
      simulator.addForeignJobs(1);
      await allSettled();
      assert.equal(simulator.webhooks.deliveries[0]?.state, 'delivered');
      assert.equal(receiver.events.length, 1);
    });
  }

  for (const status of [210, 226, 304, 400, 401, 404, 429, 503]) {
    it(`repeats after ${status}`, async () => {
      await start({ timeScale: 1000 });
      receiver.script = [status];
      simulator.addForeignJobs(1);
      await allSettled();
      const statuses = simulator.webhooks.deliveries[0]?.attempts.map((attempt) => attempt.status);
      assert.deepEqual(statuses, [status, 200]);
      assert.deepEqual(receiver.events[0]?.body, receiver.events[1]?.body);
    });
  }

  it('repeats when no answer comes in time, or the connection breaks', async () => {
    await start({ timeScale: 20, eventTimeout: 5 });
    receiver.script = [() => undefined, (_event, response) => response.destroy()];
    simulator.addForeignJobs(1);
    await allSettled();
    const [delivery] = simulator.webhooks.deliveries;
    assert.equal(delivery?.state, 'delivered');
    assert.ok(delivery.attempts.length >= 3);
    for (const { status, error } of delivery.attempts.slice(0, 2)) {
      assert.equal(status, null);
      assert.ok(error);
    }
  });

  it('follows redirects', async () => {
    await start();
    receiver.script = [
      (_event, response) => response.writeHead(307, { location: '/moved' }).end(),
      (_event, response) => response.writeHead(308, { location: '/moved/again' }).end(),
    ];
    const [job] = simulator.addForeignJobs(1);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ method, path, body }) => [method, path, body.JobId]),
      ['/jobs', '/moved', '/moved/again'].map((path) => ['POST', path, job?.id]),
    );
    assert.deepEqual(
      simulator.webhooks.deliveries.map(({ attempts }) => attempts.map(({ status }) => status)),
      [[200]],
    );
  });

  it('retries at the new address, and gives up what waits when the type is switched off', async () => {
    await start({ timeScale: 1000 });
    receiver.script = [(_event, response) => moveTo('/new', response), 500];
    const moveTo = (path: string, response: { writeHead(status: number): { end(): void } }) => {
      simulator.webhooks.setTarget(type, { url: receiver.url + path });
      response.writeHead(500).end();
    };
    simulator.addForeignJobs(1);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ path }) => path),
      ['/jobs', '/new', '/new'],
    );
    receiver.script = [
      (_event, response) => {
        simulator.webhooks.setTarget(type, null);
        response.writeHead(500).end();
      },
    ];
    const second = simulator.sendEvent(type, { JobId: 1 });
    await allSettled();
    assert.equal(second?.state, 'dead');
    assert.equal(second.attempts.length, 1);
  });

  it('delivers twice when forced', async () => {
    await start({ eventDisorder: { twice: 1 } });
    const job = await caller.import(onhands, list, [item]);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ body }) => body.JobId),
      [job.id, job.id],
    );
    assert.deepEqual(
      simulator.webhooks.deliveries.map(({ isRepeat }) => isRepeat),
      [false, true],
    );
  });

  it('swaps two events when forced, and lets the last one go after a minute', async () => {
    await start({ eventDisorder: { swapped: 1 } });
    const [one, two, three] = simulator.addForeignJobs(3).map(({ id }) => id);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ body }) => body.JobId),
      [two, one, three],
    );
  });

  it('delivers late when forced', async () => {
    await start({ eventDisorder: { late: 1 }, random: () => 0.5 });
    const sent = performance.now();
    simulator.addForeignJobs(1);
    await allSettled();
    const [attempt] = simulator.webhooks.deliveries[0]?.attempts ?? [];
    assert.ok((attempt?.at ?? 0) - sent >= 300);
  });

  it('tells of a job before its import is answered when forced', async () => {
    await start({ eventDisorder: { early: 1 } });
    let isAnswered = false;
    const answeredAtEvent: boolean[] = [];
    receiver.otherwise = async (_event, response) => {
      await wait(50);
      answeredAtEvent.push(isAnswered);
      response.end();
    };
    const response = await caller.post(onhands, list, [item]);
    isAnswered = true;
    const { JobId: id } = (await response.json()) as { JobId: string };
    assert.deepEqual(answeredAtEvent, [false]);
    assert.equal(receiver.events[0]?.body.JobId, Number(id));
    assert.equal(simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue, 5);
    isAnswered = false;
    await caller.json(`/Job/Restart?id=${id}`, { method: 'POST' });
    assert.deepEqual(answeredAtEvent, [false, false]);
  });

  it('answers an import whose early event never gets through, and one whose job never ends', async () => {
    await start({ eventDisorder: { early: 1 } });
    receiver.otherwise = 500;
    await caller.json(onhands, {
      method: 'POST',
      headers: { 'X-StormConnect-Header': JSON.stringify({ AccountId: 1, ...list }) },
      body: JSON.stringify([item]),
    });
    assert.equal(receiver.events.length, 1);
    simulator.outcomes.addJob({ neverEnds: true });
    assert.equal((await caller.post(onhands, list, [item])).status, 200);
  });

  it('loses no event in a hostile mood, and delivers some twice and some out of order', async () => {
    await start({ mood: 'hostile', timeScale: 1000 });
    receiver.script = [500, 503, (_event, response) => response.destroy()];
    for (let count = 0; count < 80; count++) await caller.post(onhands, list, [item]);
    await allSettled();
    const told = receiver.events.map(({ body }) => body.JobId ?? 0);
    // The first job was over before the simulator started.
    const ended = simulator.jobs.slice(1);
    assert.deepEqual(new Set(told), new Set(ended.map(({ id }) => id)));
    assert.ok(ended.some(({ isForeign }) => isForeign));
    const { deliveries } = simulator.webhooks;
    assert.ok(deliveries.every(({ state }) => state === 'delivered'));
    assert.ok(deliveries.some(({ isRepeat }) => isRepeat));
    assert.notDeepEqual(
      told,
      told.toSorted((one, other) => one - other),
    );
  });

  it('takes addresses and events over HTTP, and refuses nonsense', async () => {
    await start({ webhooks: {} });
    const post = (path: string, body: unknown) =>
      fetch(`${simulator.url}/simulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const order = 'OrderReceivedEvent';
    assert.equal((await post('events', { type: order, body: {} })).status, 409);
    for (const wrong of [
      null,
      [],
      {},
      { type: '', url: receiver.url },
      { type: order },
      { type: order, url: 'nowhere' },
      { type: order, url: 'ftp://127.0.0.1/' },
      { type: order, url: receiver.url, headers: { 'x-a': 1 } },
      { type: order, url: receiver.url, headers: { 'not a name': 'b' } },
    ]) {
      assert.equal((await post('webhooks', wrong)).status, 400, JSON.stringify(wrong));
    }
    const target = { type: order, url: `${receiver.url}/orders`, headers: { 'x-a': 'secret-value' } };
    assert.equal((await post('webhooks', target)).status, 200);
    for (const wrong of [{ type: order }, { type: order, body: 5 }, { body: {} }]) {
      assert.equal((await post('events', wrong)).status, 400, JSON.stringify(wrong));
    }
    assert.equal((await post('events', { type: order, body: { OrderId: 7 } })).status, 200);
    await allSettled();
    assert.deepEqual(receiver.events[0]?.body, { OrderId: 7 });
    assert.equal(receiver.events[0]?.headers['x-a'], 'secret-value');
    const read = async (path: string) => (await fetch(simulator.url + path)).text();
    const [state, events, page] = await Promise.all(['/simulator/state', '/simulator/events', '/'].map(read));
    for (const text of [state, events, page]) {
      assert.match(text ?? '', /OrderReceivedEvent/);
      assert.match(text ?? '', /delivered/);
      assert.doesNotMatch(text ?? '', /secret-value/);
    }
    assert.equal((await post('webhooks', { type: order, url: null })).status, 200);
    assert.equal((await post('events', { type: order, body: {} })).status, 409);
  });

  it('keeps its addresses over a reset, but nothing of what was on its way', async () => {
    await start({ timeScale: 1000, eventDisorder: { swapped: 1 } });
    receiver.otherwise = 500;
    simulator.addForeignJobs(3);
    while (receiver.events.length === 0) await wait(1);
    await simulator.reset();
    assert.equal(simulator.webhooks.deliveries.length, 0);
    // What had left before may still arrive.
    await wait(200);
    receiver.events.length = 0;
    receiver.otherwise = 200;
    const [one, two] = simulator.addForeignJobs(2).map(({ id }) => id);
    await allSettled();
    assert.deepEqual(
      receiver.events.map(({ body }) => body.JobId),
      [two, one],
    );
  });

  it('leaves no timer and no socket behind when it closes in the middle of deliveries', async () => {
    await start();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const busy = await Simulator.start({
      timeScale: 0.001,
      webhooks: { [type]: { url: receiver.url } },
      eventDisorder: { twice: 0, late: 0, swapped: 0 },
    });
    receiver.script = [500, () => undefined];
    busy.addForeignJobs(2);
    while (receiver.events.length < 2) await wait(1);
    await busy.close();
    await busy.webhooks.settled();
    while ((await receiver.connections()) > 0) await wait(1);
    assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
  });
});
