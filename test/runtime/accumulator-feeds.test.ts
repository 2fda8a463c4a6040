/**
 * Full feeds as messages bring them to the accumulator node: in parts, out of order, twice, broken off, held.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import {
  allNodes,
  Collector,
  connectionNode,
  credentials,
  helper,
  scaleMinute,
  unload,
} from '../support/flow.ts';

const stock = (PartNo: string, OnhandValue: unknown) => ({
  PartNo,
  WarehouseCode: 'W',
  LocationCode: 'L',
  OnhandValue,
});

/** Time in ms that stands for a minute. */
const minute = 1000;

describe('accumulator node: full feeds', function () {
  this.timeout(30_000);
  let simulator: Simulator;
  let got: Collector;
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    scaleMinute(minute);
    simulator = await Simulator.start({ mood: 'kind', timeScale: 60_000 / minute });
    for (const partNo of ['A', 'B', 'C', 'OLD']) simulator.catalogue.addSku(partNo);
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  async function load(more: object = {}): Promise<void> {
    const ids = ['rejected', 'outcomes', 'caught', 'completed', 'accepted'];
    const nodes = [
      { id: 'tab', type: 'tab', label: 'test' },
      connectionNode(simulator),
      {
        id: 'accumulator',
        z: 'tab',
        type: 'norce-accumulator',
        connection: 'connection',
        import: 'import-onhands',
        collection: 'whole stock',
        fullFile: 'yes',
        wires: [['import'], ['rejected'], ['outcomes']],
        ...more,
      },
      {
        id: 'import',
        z: 'tab',
        type: 'norce-import-onhands',
        connection: 'connection',
        wires: [['accepted'], []],
      },
      ...ids.map((id) => ({ id, z: 'tab', type: 'helper', wires: [] })),
      { id: 'catch', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
      {
        id: 'complete',
        z: 'tab',
        x: 1,
        y: 2,
        type: 'complete',
        scope: ['accumulator'],
        wires: [['completed']],
      },
    ];
    await helper.load(allNodes, nodes, { connection: credentials });
    got = new Collector(ids);
  }

  /** Gives a message to the node and waits for its end; tells the code of its error. */
  async function give(message: object): Promise<string | undefined> {
    const { length } = got.of('caught');
    const count = got.of('completed').length + length;
    helper.getNode('accumulator').receive(message as never);
    await got.ended(count + 1);
    return got.of('caught')[length]?.error?.code;
  }

  /** Of the accumulator alone: the import node shows its own when it likes, and one function notes those of all nodes. */
  function texts(): string[] {
    const { args, thisValues } = helper.getNode('accumulator').status as unknown as {
      readonly args: readonly [{ readonly text: string }][];
      readonly thisValues: readonly { readonly id: string }[];
    };
    return args.filter((_, index) => thisValues[index]?.id === 'accumulator').map(([{ text }]) => text);
  }

  async function shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(texts().at(-1) ?? '')) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  const active = () =>
    simulator.catalogue
      .all('onhands')
      .filter(({ IsActive }) => IsActive === true)
      .map(({ PartNo }) => PartNo)
      .sort();
  const imports = () => simulator.requests.filter(({ path }) => path.includes('Import'));

  /** Sends a whole feed in one message, and confirms it. */
  async function first(items: readonly object[]): Promise<void> {
    const told = got.of('outcomes').length;
    assert.equal(await give({ payload: items, begin: true, complete: true }), undefined);
    await shows(/feedHeld/);
    assert.equal(await give({ payload: 1_700_000_000_000, confirm: true }), undefined);
    await got.until(() => got.of('outcomes').length > told);
    // What is held next is not this one any more.
    await shows(/status.nothing/);
  }

  it('the first one is held until it is confirmed, and then deactivates what is missing', async () => {
    await load();
    const all = ['A', 'B', 'C', 'OLD'].map((partNo) => stock(partNo, 1));
    await first(all);
    assert.deepEqual(active(), ['A', 'B', 'C', 'OLD']);
    assert.deepEqual(
      imports().map(({ header }) => (header as { FullFile?: boolean }).FullFile),
      [true],
    );
    assert.equal(await give({ payload: all.slice(0, 3), begin: true, complete: true }), undefined);
    await shows(/feedHeld/);
    assert.equal(imports().length, 1);
    assert.equal(await give({ confirm: true }), undefined);
    await got.until(() => got.of('outcomes').length === 2);
    assert.deepEqual(active(), ['A', 'B', 'C']);
  });

  it('is whole when all parts are there, in whatever order and however often they come', async () => {
    await load();
    const part = (id: string, index: number, partNo: string) => ({
      payload: stock(partNo, index + 1),
      parts: { id, index, count: 3 },
    });
    const messages = [
      part('x', 2, 'C'),
      part('x', 0, 'A'),
      part('y', 0, 'OLD'),
      part('x', 2, 'C'),
      part('x', 0, 'A'),
    ];
    for (const message of messages) assert.equal(await give(message), undefined);
    await shows(/feedCollecting/);
    assert.equal(await give(part('x', 1, 'B')), undefined);
    await shows(/feedHeld/);
    assert.equal(await give({ confirm: true }), undefined);
    await got.until(() => got.of('outcomes').length === 1);
    assert.deepEqual(active(), ['A', 'B', 'C'], 'the sequence that is not whole was mixed in');
  });

  it('one that is broken off never goes, and can be thrown away', async () => {
    await load();
    assert.equal(await give({ payload: [stock('A', 1)], begin: true }), undefined);
    assert.equal(await give({ flush: true }), undefined);
    assert.equal(await give({ confirm: true }), 'NOTHING_TO_CONFIRM');
    assert.equal(await give({ reset: 'feeds' }), 'RESET_NOT_CONFIRMED');
    assert.equal(await give({ reset: 'feeds', confirm: true }), undefined);
    await shows(/status.nothing/);
    assert.equal(imports().length, 0);
  });

  it('one with an item that cannot be sent is never sent, and the item comes back without what steered', async () => {
    await load();
    const payload = [stock('A', 1), stock('B', 'many')];
    assert.equal(await give({ payload, begin: true, complete: true, trace: 7 }), undefined);
    await shows(/feedHeld/);
    const { begin, complete, trace } = got.of('rejected')[0] as never as Record<string, unknown>;
    assert.deepEqual([begin, complete, trace], [undefined, undefined, 7]);
    assert.equal(await give({ confirm: true }), 'NOTHING_TO_CONFIRM');
    assert.equal(imports().length, 0);
  });

  it('lets each message decide where the node says so, and refuses what it does not', async () => {
    await load({ fullFile: 'message' });
    assert.equal(await give({ payload: stock('A', 1) }), undefined);
    await shows(/status.waiting/);
    const feed = { payload: [stock('B', 1)], norce: { fullFile: true }, complete: true };
    assert.equal(await give(feed), undefined);
    await shows(/feedHeld/);
    await unload();
    await load({ fullFile: 'yes' });
    assert.equal(await give({ ...feed, norce: { fullFile: false } }), 'OPTION_NOT_ALLOWED');
    assert.equal(
      await give({ payload: stock('A', 1), parts: { id: 'x', index: 3, count: 3 } }),
      'OPTION_INVALID',
    );
    assert.equal(await give({ payload: stock('A', 1), parts: { id: 'x' } }), 'OPTION_INVALID');
    assert.equal(await give({ payload: stock('A', 1), complete: 'yes' }), 'OPTION_INVALID');
  });
});
