/**
 * Everything that can go wrong while a batch is sent: only an answer about its content ends a request; all else is
 * waited for.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultClient, type Fault } from '../../src/simulator/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { BatchStage, type BatchStageOptions, clearing, type Told, until } from './batch-stage.ts';

const endless = { count: Number.POSITIVE_INFINITY } as const;
const token = { path: '/identity/' } as const;

/** A call gives up soon, so that it is the batch that goes on. */
const impatient = { deadline: 0.1, timeout: 2 };

async function start(options: BatchStageOptions = {}): Promise<BatchStage> {
  const floor = await BatchStage.start({ minute: 100, ...options });
  for (let number = 0; number < 20; number++) floor.simulator.catalogue.addSku(`P${number}`);
  return floor;
}

const one = [{ items: [stockItem(1)] }];

function blockOf(floor: BatchStage, { id }: Told) {
  return floor.sender.sendingOf(id)?.blocked;
}

/** A floor for many tests, each with a value of its own. */
function sharedFloor(options: BatchStageOptions) {
  const shared = { value: 100, floor: undefined as unknown as BatchStage };
  before(async () => {
    shared.floor = await start({ isHasty: true, requestLimit: Number.POSITIVE_INFINITY, ...options });
  });
  beforeEach(() => {
    shared.value += 1;
    shared.floor.pauses.length = 0;
  });
  afterEach(async () => {
    shared.floor.simulator.faults.clear();
    const [collection] = await shared.floor.store.collections.list();
    await shared.floor.store.collections.discardKept(collection?.id as number, 'failed');
  });
  after(() => shared.floor.end());
  return {
    get floor() {
      return shared.floor;
    },
    get value() {
      return shared.value;
    },
    send: () => shared.floor.send([{ items: [stockItem(1, { OnhandValue: shared.value })] }]),
  };
}

describe('batches: what is an answer, and what a refusal', function () {
  this.timeout(60_000);
  const shared = sharedFloor({ deadline: 60 });

  const content: readonly (readonly [Fault, string, string])[] = [
    [{ kind: 'status', status: 400 }, 'BAD_REQUEST', 'not sent'],
    [{ kind: 'status', status: 413 }, 'TOO_LARGE', 'not sent'],
    [{ kind: 'failedJob' }, 'JOB_FAILED', 'failed'],
  ];
  for (const [fault, code, result] of content) {
    it(`${JSON.stringify(fault)}: the item is kept with its reason, and the batch ends`, async () => {
      const before = shared.floor.posts;
      shared.floor.simulator.faults.add(fault);
      const summary = await (await shared.send()).ended;
      assert.equal(summary.result, 'failed');
      assert.deepEqual(
        summary.requests.map((request) => [request.result, request.code]),
        [[result, code]],
      );
      assert.deepEqual(await shared.floor.reasons(), { P1: code });
      assert.equal(shared.floor.posts, before + 1);
    });
  }

  const refusals: readonly (readonly [string, Fault, string])[] = [
    ['403', { kind: 'status', status: 403, path: '/ImportOnhands' }, 'FORBIDDEN'],
    ['401 after renewal', { kind: 'status', status: 401, path: '/ImportOnhands' }, 'UNAUTHORIZED'],
    ['a rejected secret', { kind: 'invalidClient' }, 'TOKEN_REJECTED'],
    ['another address', { kind: 'status', status: 404, path: '/ImportOnhands' }, 'NOT_FOUND'],
  ];
  for (const [name, fault, code] of refusals) {
    it(`${name}: blocked, says why, and is tried again every 15 minutes`, async () => {
      shared.floor.simulator.revokeTokens();
      shared.floor.simulator.faults.add({ ...fault, ...endless });
      const told = await shared.send();
      await until('it is shown', () => blockOf(shared.floor, told)?.code === code);
      assert.notEqual(blockOf(shared.floor, told)?.message, '');
      await until('another try', () => shared.floor.pauses.length > 1);
      assert.deepEqual(shared.floor.pauses.slice(0, 2), [15, 15]);
      shared.floor.simulator.faults.clear();
      assert.equal((await told.ended).result, 'released');
      assert.equal(shared.floor.onhand('P1'), shared.value);
    });
  }
});

describe('batches: what passes', function () {
  this.timeout(60_000);
  const shared = sharedFloor(impatient);

  const passing: readonly (readonly [Fault, string])[] = [
    [{ kind: 'status', status: 408 }, 'CONNECT_UNAVAILABLE'],
    [{ kind: 'status', status: 503 }, 'CONNECT_UNAVAILABLE'],
    [{ kind: 'status', status: 500 }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'status', status: 504, carriedOut: true }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'reset' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'reset', at: 'taken' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'lostAnswer' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'stall', at: 'taken' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'jobId', form: 'missing' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'html' }, 'OUTCOME_UNKNOWN'],
    [{ kind: 'status', status: 500, ...token }, 'TOKEN_UNAVAILABLE'],
    [{ kind: 'html', ...token }, 'TOKEN_UNAVAILABLE'],
  ];
  for (const [fault, code] of passing) {
    it(`${JSON.stringify(fault)}, again and again: it is shown, waited for, and nothing is lost`, async () => {
      shared.floor.simulator.revokeTokens();
      shared.floor.simulator.faults.add({ path: '/ImportOnhands', ...fault, ...endless });
      const told = await shared.send();
      await until('it is shown', () => blockOf(shared.floor, told)?.code === code);
      await until('another try', () => shared.floor.pauses.length > 1);
      assert.equal(told.summary, undefined);
      shared.floor.simulator.faults.clear();
      assert.equal((await told.ended).result, 'released');
      assert.equal(shared.floor.onhand('P1'), shared.value);
      assert.deepEqual(await shared.floor.failed(), []);
    });
  }

  it('the pauses between tries grow up to five minutes', async () => {
    shared.floor.simulator.faults.add({ kind: 'status', status: 503, path: '/ImportOnhands', ...endless });
    const told = await shared.send();
    await until('many tries', () => shared.floor.pauses.length >= 8);
    assert.deepEqual(
      shared.floor.pauses.slice(0, 8).map((pause) => Math.round(pause * 6)),
      [1, 2, 4, 8, 16, 30, 30, 30],
    );
    shared.floor.simulator.faults.clear();
    await told.ended;
  });
});

describe('batches: failures on the way', function () {
  this.timeout(60_000);
  let floor: BatchStage;

  afterEach(() => floor.end());

  const many = [{ items: Array.from({ length: 12 }, (_, index) => stockItem(index)), pieceItems: 5 }];

  it('a request that is refused after an attempt without an answer counts as unknown', async () => {
    floor = await start({ deadline: 60 });
    floor.simulator.faults.add({ kind: 'lostAnswer' });
    floor.simulator.faults.add({ kind: 'status', status: 400 });
    const summary = await (await floor.send(one)).ended;
    assert.deepEqual(
      summary.requests.map((request) => [request.result, request.code]),
      [['unknown', 'BAD_REQUEST']],
    );
  });

  it('one refused request does not keep the others back', async () => {
    floor = await start();
    floor.simulator.faults.add({ kind: 'status', status: 400 });
    const wishes = [0, 1, 2].map((number) => ({ items: [stockItem(number)] }));
    const summary = await (await floor.send(wishes)).ended;
    assert.deepEqual(summary.requests.map(({ result }) => result).sort(), [
      'not sent',
      'succeeded',
      'succeeded',
    ]);
  });

  it('a request that is too large is halved until it fits', async () => {
    floor = await start({ bodyLimit: 300 });
    const told = await floor.send(many);
    const summary = await told.ended;
    assert.equal(summary.result, 'released');
    assert.ok(summary.requests.every(({ items }) => items <= 3));
    assert.equal(
      summary.requests.reduce((sum, { items }) => sum + items, 0),
      12,
    );
    for (let number = 0; number < 12; number++) assert.equal(floor.onhand(`P${number}`), number);
  });

  it('a request that clears first is not halved: one half would clear what the other wrote', async () => {
    floor = await start();
    floor.simulator.faults.add({ kind: 'status', status: 413 });
    const summary = await (await floor.send([clearing], 'import-price-lists')).ended;
    assert.deepEqual([floor.posts, summary.requests.length, summary.failed], [1, 1, 2]);
    assert.deepEqual(await floor.reasons(), { A: 'TOO_LARGE', B: 'TOO_LARGE' });
  });

  it('of a request with one item that is too large only that one fails', async () => {
    floor = await start({ bodyLimit: 300 });
    const large = stockItem(3, { Infos: [{ Code: 'a', Value: 'x'.repeat(400) }] });
    const items = [0, 1, 2, 3, 4].map((number) => (number === 3 ? large : stockItem(number)));
    const summary = await (await floor.send([{ items }])).ended;
    assert.deepEqual([summary.result, summary.failed], ['failed', 1]);
    assert.deepEqual(await floor.reasons(), { P3: 'TOO_LARGE' });
  });

  it('a secret that was mended: goes on as soon as the config node is made anew', async () => {
    floor = await start({ minute: 1000 });
    floor.simulator.changeSecret(defaultClient.id, 'mended');
    floor.simulator.revokeTokens();
    const told = await floor.send(one);
    await until('it is blocked', () => blockOf(floor, told)?.code === 'TOKEN_REJECTED');
    floor.leave();
    floor.join(floor.stage.acquire('mended'));
    await until('its acceptance', () => told.accepted.length === 1);
    assert.equal(blockOf(floor, told)?.code, undefined);
  });

  it('a deploy while it waits in the line: it goes over the new connection', async () => {
    floor = await start({ minute: 1000 });
    // The line stands still.
    floor.simulator.faults.add({ kind: 'status', status: 429, retryAfter: 1, path: '/ImportOnhands' });
    const told = await floor.send(one);
    await until('the 429', () => floor.stage.connection.status.stoppedFor > 0);
    floor.simulator.changeSecret(defaultClient.id, 'changed');
    floor.simulator.revokeTokens();
    floor.leave();
    await sleep(20);
    assert.equal(told.accepted.length, 0);
    floor.join(floor.stage.acquire('changed'));
    await until('its acceptance', () => told.accepted.length === 1);
    assert.equal(blockOf(floor, told)?.code, undefined);
    const statuses = floor.simulator.tokenRequests.map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200], 'the old secret was used once more');
  });

  it('a refusal over a connection that has gone meanwhile does not block it', async () => {
    floor = await start({ minute: 1000, latency: { minimum: 100, maximum: 100 } });
    floor.simulator.faults.add({ kind: 'status', status: 403, path: '/ImportOnhands' });
    const told = await floor.send(one);
    await until('it is on its way', () => floor.posts === 1);
    floor.leave();
    floor.join(floor.stage.acquire());
    await until('its acceptance', () => told.accepted.length === 1);
  });

  it('it goes over the connection of its own config node, though another one has come', async () => {
    floor = await start({ minute: 1000 });
    floor.sender.join(floor.stage.acquire('wrong'), 'another');
    const told = await floor.send(one);
    await until('its acceptance', () => told.accepted.length === 1);
    assert.equal(floor.simulator.tokenRequests.length, 1);
  });

  it('it waits for its own config node in a deploy, and takes another one where that stays away', async () => {
    floor = await start({ minute: 1500 });
    const leaveOther = floor.sender.join(floor.stage.acquire(), 'another');
    const id = await floor.seal(one);
    floor.leave();
    const told = await floor.take(id);
    await until('it waits', () => floor.pauses.length > 0);
    assert.equal(floor.posts, 0);
    await until('its acceptance', () => told.accepted.length === 1);
    leaveOther();
  });

  it('without any connection it waits', async () => {
    floor = await start();
    floor.leave();
    const told = await floor.send(one);
    await sleep(300);
    assert.equal(floor.posts, 0);
    floor.join();
    assert.equal((await told.ended).result, 'released');
  });

  it('connections that are closed before their config nodes: it neither ends nor runs hot', async () => {
    floor = await start({ minute: 1000 });
    floor.simulator.faults.add({ kind: 'status', status: 503, path: '/ImportOnhands', ...endless });
    const told = await floor.send(one);
    await until('it has been tried', () => floor.posts > 0);
    await floor.stage.closeConnections();
    const { requests } = floor.store;
    const begin = requests.begin.bind(requests);
    let tries = 0;
    requests.begin = (...given) => {
      tries += 1;
      return begin(...given);
    };
    await sleep(300);
    assert.ok(tries < 10, `${tries} tries`);
    assert.equal(told.summary, undefined);
    assert.equal((await floor.store.batches.find(told.id))?.state, 'sending');
  });

  it('a store that fails: it waits, and goes on', async () => {
    floor = await start({ minute: 600 });
    const { store } = floor;
    const requests = store.batches.requests.bind(store.batches);
    let failures = 3;
    store.batches.requests = async (id) => {
      if (failures-- > 0) throw new Error('disk I/O error');
      return requests(id);
    };
    const told = await floor.send(one);
    await until('it is shown', () => blockOf(floor, told)?.code === 'UNEXPECTED');
    assert.equal((await told.ended).result, 'released');
    assert.equal(blockOf(floor, told)?.code, undefined);
    assert.equal(floor.posts, 1);
  });

  it('a store that was closed ends the run in silence, and the next process takes the batch', async () => {
    floor = await start({ latency: { minimum: 150, maximum: 150 } });
    const told = await floor.send(one);
    await until('it is on its way', () => floor.posts === 1);
    await floor.store.close();
    const { sender } = floor;
    await until('its end', () => sender.sendingOf(told.id) === undefined);
    assert.deepEqual([told.warnings, told.summary], [[], undefined]);
    await floor.restart();
    assert.equal((await (await floor.take(told.id)).ended).result, 'released');
  });

  it('an acceptance that cannot be noted at once: the request is not sent again', async () => {
    floor = await start({ isHasty: true });
    const { requests } = floor.store;
    const accepted = requests.accepted.bind(requests);
    let failures = 1;
    requests.accepted = async (...given) => {
      if (failures-- > 0) throw new Error('disk I/O error');
      return accepted(...given);
    };
    const told = await floor.send(one);
    assert.equal((await told.ended).result, 'released');
    assert.equal(floor.posts, 1);
  });
});
