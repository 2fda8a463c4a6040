/**
 * The accumulator in Node-RED: `done` only for what is on disk, nothing thrown away unasked, and what waits outlives
 * its node.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Simulator } from '../../src/simulator/index.ts';
import {
  allNodes,
  Collector,
  connectionNode,
  credentials,
  helper,
  scaleMinute,
  setSettings,
  storeFile,
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

describe('accumulator node', function () {
  this.timeout(20_000);
  let simulator: Simulator;
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    scaleMinute(minute);
    simulator = await Simulator.start({ mood: 'kind', timeScale: 60_000 / minute });
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  const accumulatorNode = (more: object = {}) => ({
    id: 'accumulator',
    z: 'tab',
    type: 'norce-accumulator',
    connection: 'connection',
    import: 'import-onhands',
    collection: 'stock',
    wires: [['batches', 'import'], ['rejected'], ['outcomes']],
    ...more,
  });

  function flow(more: object = {}, others: readonly object[] = []): object[] {
    const ids = ['batches', 'rejected', 'outcomes', 'caught', 'completed', 'accepted'];
    return [
      { id: 'tab', type: 'tab', label: 'test' },
      connectionNode(simulator),
      accumulatorNode(more),
      ...ids.map((id) => ({ id, z: 'tab', type: 'helper', wires: [] })),
      { id: 'catch', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
      {
        id: 'complete',
        z: 'tab',
        x: 1,
        y: 2,
        type: 'complete',
        scope: ['accumulator', 'other'],
        wires: [['completed']],
      },
      ...others,
    ];
  }

  const importNode = (more: object = {}) => ({
    id: 'import',
    z: 'tab',
    type: 'norce-import-onhands',
    connection: 'connection',
    wires: [['accepted'], []],
    ...more,
  });

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  const listen = () => new Collector(['batches', 'rejected', 'outcomes', 'caught', 'completed', 'accepted']);

  async function load(nodes: readonly object[]): Promise<Collector> {
    await helper.load(allNodes, nodes, { connection: credentials });
    return listen();
  }

  /** Gives a message to the node and waits for its end; tells the code of its error. */
  async function give(got: Collector, message: object, id = 'accumulator'): Promise<string | undefined> {
    const { length } = got.of('caught');
    const count = got.of('completed').length + length;
    helper.getNode(id).receive(message as never);
    await got.ended(count + 1);
    return got.of('caught')[length]?.error?.code;
  }

  function texts(): string[] {
    const calls = (helper.getNode('accumulator').status as unknown as { args: [{ text: string }][] }).args;
    return calls.map(([{ text }]) => text);
  }

  function logged(): string {
    return helper
      .log()
      .args.map(([entry]) => String(entry.msg))
      .join('\n');
  }

  const onhands = () =>
    simulator.catalogue.all('onhands').map(({ PartNo, OnhandValue }) => [PartNo, OnhandValue]);

  it('collects items and arrays of them, merges them and sends them at a flush; tells how it ended', async () => {
    for (const partNo of ['A', 'B']) simulator.catalogue.addSku(partNo);
    const got = await load(flow({}, [importNode()]));
    assert.equal(await give(got, { payload: stock('A', 1) }), undefined);
    assert.equal(await give(got, { payload: [stock('B', 2), stock('A', 3)] }), undefined);
    assert.equal(await give(got, { payload: [] }), undefined);
    assert.equal(simulator.requests.filter(({ path }) => path.includes('Import')).length, 0);
    // An inject's timestamp is no item.
    assert.equal(await give(got, { payload: 1_700_000_000_000, flush: true }), undefined);
    await got.until(() => got.of('outcomes').length > 0);
    const [batch] = got.of('batches');
    const [accepted] = got.of('accepted');
    const [outcome] = got.of('outcomes');
    const offer = batch?.norce.batch;
    assert.deepEqual([batch?.payload, accepted?.payload, accepted?.norce.batch], [offer, offer, offer]);
    assert.deepEqual([accepted?.norce.items, accepted?.norce.import], [2, 'import-onhands']);
    const jobId = accepted?.norce.jobId;
    assert.match(String(jobId), /^\d+$/);
    assert.deepEqual(outcome?.norce, { batch: offer, result: 'released' });
    const { requests } = { ...(outcome?.payload as object) } as { readonly requests?: readonly object[] };
    assert.deepEqual(requests, [{ jobId, result: 'succeeded', items: 2, failed: 0 }]);
    assert.deepEqual(onhands(), [
      ['A', 3],
      ['B', 2],
    ]);
    assert.equal(got.of('caught').length, 0);
  });

  it('does what messages ask for in the order in which they come, however large the one before is', async () => {
    simulator.catalogue.addSku('A');
    const got = await load(flow({}, [importNode()]));
    const many = Array.from({ length: 5_000 }, (_, number) => stock(`P${number}`, number));
    const accumulator = helper.getNode('accumulator');
    accumulator.receive({ payload: [...many, stock('A', 1)] } as never);
    accumulator.receive({ payload: stock('A', 2) } as never);
    accumulator.receive({ flush: true } as never);
    await got.until(() => got.of('outcomes').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 5_001);
    assert.deepEqual(onhands(), [['A', 2]]);
    assert.equal(got.of('completed').length, 3);
  });

  it('throws away what came before a reset, and not what comes after it', async () => {
    const got = await load(flow());
    const many = Array.from({ length: 5_000 }, (_, number) => stock(`P${number}`, number));
    const accumulator = helper.getNode('accumulator');
    accumulator.receive({ payload: many } as never);
    accumulator.receive({ reset: 'waiting', confirm: true } as never);
    accumulator.receive({ payload: stock('A', 2) } as never);
    await got.ended(3);
    assert.match(logged(), /5000 items thrown away/);
    await give(got, { flush: true });
    await got.until(() => got.of('batches').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 1);
  });

  it('the same where the message that resets brings an empty list', async () => {
    const got = await load(flow());
    const accumulator = helper.getNode('accumulator');
    accumulator.receive({ payload: [stock('A', 1)] } as never);
    accumulator.receive({ payload: [], reset: 'waiting', confirm: true } as never);
    accumulator.receive({ payload: stock('A', 2) } as never);
    await got.ended(3);
    assert.match(logged(), / 1 items thrown away/);
  });

  it('gives what cannot be sent back by the second port, without what steered the accumulator', async () => {
    const got = await load(flow());
    const norce = { accountId: 10000 };
    const wrong = stock('B', 'many');
    const message = { payload: [stock('A', 1), wrong], norce, flush: false, confirm: true, trace: { id: 7 } };
    assert.equal(await give(got, message), undefined);
    const [rejected] = got.of('rejected') as unknown as Record<string, unknown>[];
    const {
      payload,
      norce: told,
      trace,
      flush,
      confirm,
    } = rejected as never as {
      payload: unknown[];
      norce: { code: string; accountId: number; items: number; rejected: { index: number }[] };
      trace: object;
      flush: unknown;
      confirm: unknown;
    };
    assert.deepEqual([payload, trace, flush, confirm], [[wrong], { id: 7 }, undefined, undefined]);
    assert.deepEqual(
      [told.code, told.accountId, told.items, told.rejected[0]?.index],
      ['ITEMS_REJECTED', 10000, 1, 1],
    );
    assert.equal(await give(got, { payload: 'text' }), 'PAYLOAD_INVALID');
    assert.equal(await give(got, { payload: null }), 'PAYLOAD_INVALID');
    assert.equal(await give(got, { payload: Buffer.from('{}') }), 'PAYLOAD_INVALID');
  });

  it('warns of what cannot be sent where nothing is wired to the second port', async () => {
    const got = await load(flow({ wires: [[], [], []] }));
    await give(got, { payload: stock('A', 'many') });
    assert.match(logged(), /1 items were not sent.*item 0\/OnhandValue/);
  });

  it('does nothing that is not asked for exactly', async () => {
    const got = await load(flow());
    await give(got, { payload: stock('A', 1) });
    assert.equal(await give(got, { reset: 'waiting' }), 'RESET_NOT_CONFIRMED');
    assert.equal(await give(got, { reset: 'waiting', confirm: 'true' }), 'RESET_NOT_CONFIRMED');
    assert.equal(await give(got, { reset: true, confirm: true }), 'OPTION_INVALID');
    assert.equal(await give(got, { flush: 'yes' }), 'OPTION_INVALID');
    assert.equal(await give(got, { requeue: 1 }), 'OPTION_INVALID');
    // A message with a wrong wish is refused as a whole: its item is not kept.
    assert.equal(await give(got, { payload: stock('B', 1), flush: 'yes' }), 'OPTION_INVALID');
    assert.equal(await give(got, { payload: stock('B', 1), reset: 'failed' }), 'RESET_NOT_CONFIRMED');
    await give(got, { flush: true });
    await got.until(() => got.of('batches').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 1);
  });

  it('throws away what waits, and only that, when it is told to twice over', async () => {
    const got = await load(flow());
    await give(got, { payload: [stock('A', 1), stock('B', 1)] });
    assert.equal(await give(got, { reset: 'failed', confirm: true }), undefined);
    assert.equal(await give(got, { reset: 'rejected', confirm: true }), undefined);
    assert.match(logged(), /0 items thrown away \(failed\)/);
    assert.equal(await give(got, { reset: 'waiting', confirm: true, payload: 17 }), undefined);
    assert.match(logged(), /2 items thrown away \(waiting\)/);
    await give(got, { payload: stock('C', 1) });
    await give(got, { flush: true });
    await got.until(() => got.of('batches').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 1);
  });

  it('neither throws away nor keeps anything where a message asks for a reset and brings items', async () => {
    const got = await load(flow());
    await give(got, { payload: stock('A', 1) });
    for (const payload of [stock('B', 1), [stock('B', 1)]]) {
      for (const reset of ['waiting', 'failed', 'rejected', 'feeds']) {
        assert.equal(await give(got, { payload, reset, confirm: true }), 'RESET_WITH_ITEMS');
      }
    }
    await give(got, { flush: true });
    await got.until(() => got.of('batches').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 1);
    // The time of an inject node is no item, and an empty list brings none.
    assert.equal(await give(got, { payload: [], reset: 'failed', confirm: true }), undefined);
  });

  it('refuses messages whose items were to be sent under other settings', async () => {
    const got = await load(flow());
    const fields = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
    for (const norce of [{ accountId: 2 }, { fullFile: true }, { fields }]) {
      assert.equal(await give(got, { payload: stock('A', 1), norce }), 'OPTION_NOT_ALLOWED');
    }
    for (const norce of ['text', { accountId: 'one' }]) {
      assert.equal(await give(got, { payload: stock('A', 1), norce }), 'OPTION_INVALID');
    }
    const own = { accountId: 10_000, fullFile: false, fields: 'carried' };
    for (const norce of [own, {}, null, { jobId: '7' }]) {
      assert.equal(await give(got, { payload: stock('A', 1), norce }), undefined);
    }
  });

  it('refuses what is too much, and takes it again when there is room', async () => {
    const got = await load(flow({ mostItems: '2' }));
    await give(got, { payload: [stock('A', 1), stock('B', 1)] });
    assert.equal(await give(got, { payload: stock('C', 1) }), 'COLLECTION_FULL');
    await until(() => texts().some((text) => text.includes('COLLECTION_FULL')));
    await give(got, { reset: 'waiting', confirm: true });
    assert.equal(await give(got, { payload: stock('C', 1) }), undefined);
  });

  it('shares its collection with no other node, which takes over when it has gone', async () => {
    const other = accumulatorNode({ id: 'other', wires: [[], [], []] });
    const got = await load(flow({}, [other]));
    assert.equal(await give(got, { payload: stock('A', 1) }), undefined);
    assert.equal(await give(got, { payload: stock('A', 2) }, 'other'), 'COLLECTION_IN_USE');
    await helper.getNode('accumulator').close(true);
    assert.equal(await give(got, { payload: stock('A', 3) }, 'other'), undefined);
  });

  it('says by which property it is set wrongly, and refuses every message', async () => {
    const cases: readonly [object, RegExp][] = [
      [{ import: '' }, /: import:/],
      [{ import: 'import-orders' }, /: import:/],
      [{ collection: ' ' }, /: collection:/],
      [{ collection: `\${NOT_SET}` }, /: collection:/],
      [{ import: 'import-customers' }, /: identity:.*Id, Code, EmailAddress/],
      [{ import: 'import-customers', identity: 'Name' }, /: identity:/],
      [{ releaseItems: '0' }, /: releaseItems:/],
      [{ releaseKilobytes: 'much' }, /: releaseKilobytes:/],
      [{ releaseMinutes: '1.5' }, /: releaseMinutes:/],
      [{ mostItems: '-1' }, /: mostItems:/],
      [{ mostMegabytes: '1e99' }, /: mostMegabytes:/],
      [{ follows: 'products' }, /: follows:/],
      [{ follows: ['stock'] }, /: follows:.*itself/],
      [{ fieldMode: 'some' }, /: fieldMode:/],
      [{ schedulePattern: 'at noon' }, /schedule "at noon"/],
      [{ schedulePattern: '0 * * * *', scheduleZone: 'Mars/Olympus' }, /Mars/],
      [{ import: 'import-supplier-products' }, /SupplierId/],
    ];
    for (const [more, message] of cases) {
      const got = await load(flow(more));
      const code = await give(got, { payload: stock('A', 1) });
      assert.match(
        String(code),
        /^(CONFIG_INVALID|SCHEDULE_INVALID|SUPPLIER_ID_MISSING)$/,
        JSON.stringify(more),
      );
      assert.match(String(got.of('caught')[0]?.error?.message), message);
      await helper.unload();
    }
  });

  it('gives out after a deploy what came before it', async () => {
    const got = await load(flow());
    await give(got, { payload: stock('A', 1) });
    await helper.setFlows(flow({ name: 'renamed' }), 'full', { connection: credentials });
    const later = listen();
    await give(later, { payload: stock('B', 1) });
    await give(later, { flush: true });
    await later.until(() => later.of('batches').length > 0);
    assert.equal(later.of('batches')[0]?.norce.batch?.items, 2);
  });

  it('lets the node of a deploy release what the former one was still taking in', async () => {
    const count = 20_000;
    const got = await load(flow({ releaseItems: String(count) }));
    await give(got, { payload: stock('A', 1) });
    const items = Array.from({ length: count - 1 }, (_, index) => stock(`A${index}`, 1));
    helper.getNode('accumulator').receive({ payload: items } as never);
    await helper.setFlows(flow({ releaseItems: String(count), name: 'renamed' }), 'full', {
      connection: credentials,
    });
    const later = listen();
    await later.until(() => later.of('batches').length > 0);
    assert.equal(later.of('batches')[0]?.norce.batch?.items, count);
  });

  it('names what lies in a collection that no accumulator keeps, once', async () => {
    const got = await load(flow({ fullFile: 'message' }));
    await give(got, { payload: [stock('A', 1), stock('B', 1)] });
    await give(got, { flush: true });
    await got.until(() => got.of('batches').length > 0);
    await give(got, { payload: stock('A', 2) });
    const feed = { payload: [stock('A', 1), stock('B', 1), stock('C', 1)], norce: { fullFile: true } };
    await give(got, { ...feed, complete: true });
    await until(() => logged().includes('FULL_FEED_FIRST'));
    await give(got, { ...feed, parts: { id: 'parts', index: 0, count: 2 } });
    const named = () => logged().match(/No accumulator keeps .*/g) ?? [];
    const moveTo = (collection: string) =>
      helper.setFlows(flow({ collection }), 'full', { connection: credentials });
    await moveTo('another');
    await until(() => named().length > 0);
    await give(listen(), { payload: stock('A', 1) });
    await moveTo('third');
    await until(() => named().some((text) => text.includes('"another"')));
    assert.deepEqual(
      named().map((text) => text.replace(/http\S+\)/, 'address)')),
      [
        'No accumulator keeps the collection "stock" (import-onhands, address), and what it holds is not sent. waiting: 1 item; a batch that nobody sends: 2 items; a full feed, held (FULL_FEED_FIRST): 3 items; a full feed, not whole yet: 3 items. Give an accumulator this collection, import and connection to have it sent, or to throw it away.',
        'No accumulator keeps the collection "another" (import-onhands, address), and what it holds is not sent. waiting: 1 item. Give an accumulator this collection, import and connection to have it sent, or to throw it away.',
      ],
    );
  });

  it('sends as soon as so many items wait', async () => {
    const got = await load(flow({ releaseItems: '2' }, [importNode()]));
    await give(got, { payload: stock('A', 1) });
    await give(got, { payload: stock('B', 1) });
    await got.until(() => got.of('outcomes').length > 0);
    assert.equal(got.of('batches')[0]?.norce.batch?.items, 2);
  });

  it('withholds done while the store cannot be used', async () => {
    await mkdir(dirname(storeFile()), { recursive: true });
    await writeFile(storeFile(), 'no database '.repeat(1000));
    const got = await load(flow());
    assert.match(String(await give(got, { payload: stock('A', 1) })), /^STORE_/);
    assert.equal(got.of('completed').length, 0);
  });

  it('refuses messages where Node-RED has no user folder', async () => {
    setSettings({ userDir: '' });
    const got = await load(flow());
    assert.notEqual(await give(got, { payload: stock('A', 1) }), undefined);
    setSettings({});
  });

  describe('a batch at import nodes', () => {
    it('is taken once: a copy, another import and a changed message leave it as it is', async () => {
      const prices = {
        id: 'prices',
        z: 'tab',
        type: 'norce-import-prices',
        connection: 'connection',
        wires: [[], []],
      };
      const got = await load(flow({ wires: [['batches'], [], ['outcomes']] }, [importNode(), prices]));
      await give(got, { payload: stock('A', 1) });
      await give(got, { flush: true });
      await got.until(() => got.of('batches').length > 0);
      const offer = got.of('batches')[0]?.norce.batch as object;
      const codeOf = async (id: string, norce: object): Promise<string | undefined> => {
        const { length } = got.of('caught');
        helper.getNode(id).receive({ norce } as never);
        await got.until(() => got.of('caught').length > length);
        return got.of('caught')[length]?.error?.code;
      };
      assert.equal(await codeOf('prices', { batch: offer }), 'BATCH_OTHER_IMPORT');
      assert.equal(await codeOf('import', { batch: 'it' }), 'BATCH_INVALID');
      assert.equal(await codeOf('import', { batch: { ...offer, id: undefined } }), 'BATCH_INVALID');
      assert.equal(await codeOf('import', { batch: { ...offer, id: 'x' } }), 'BATCH_UNKNOWN');
      helper.getNode('import').receive({ payload: 'ignored', norce: { batch: offer } } as never);
      assert.match(String(await codeOf('import', { batch: offer })), /^BATCH_(TAKEN|DONE)$/);
      await got.until(() => got.of('outcomes').length > 0);
      assert.equal(await codeOf('import', { batch: offer }), 'BATCH_DONE');
      assert.deepEqual([got.of('accepted').length, got.of('outcomes').length], [1, 1]);
    });

    it('stays where it is in a dry run, and goes when that has ended', async () => {
      const got = await load(flow({}, [importNode({ dryRun: true })]));
      await give(got, { payload: stock('A', 1) });
      await give(got, { flush: true });
      await got.until(() => got.of('batches').length > 0);
      await helper.setFlows(flow({}, [importNode()]), 'full', { connection: credentials });
      const later = listen();
      await later.until(() => later.of('outcomes').length > 0);
      assert.equal(simulator.jobs.length, 1);
    });
  });
});
