/**
 * The guards of full feeds, each with what Connect would have deactivated without it.
 */
import assert from 'node:assert/strict';
import { checkFeed } from '../../src/accumulator/feeds/check.ts';
import { shrinkageHold } from '../../src/accumulator/feeds/guards.ts';
import { merger } from '../../src/accumulator/sealing/index.ts';
import type { ImportName } from '../../src/contract/index.ts';
import {
  type CollectedItem,
  checkItems,
  defaultShrinkage,
  preparation,
  prepare,
} from '../../src/prepare/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import type { Feed } from '../../src/store/index.ts';
import type { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { optionsOf, product, stock } from '../prepare/prepared.ts';
import { Shopkeeper, startHostile } from '../promises/shopkeeper.ts';
import { openedCollection } from '../store/support/collections.ts';
import { Stores } from '../store/support/stores.ts';

const most = { items: 1_000_000, bytes: 1_000_000_000 };

describe('guards of full feeds', () => {
  const stores = new Stores();
  let simulator: Simulator;
  let shopkeeper: Shopkeeper;
  let store: SqliteStore;

  before(async () => {
    simulator = await startHostile({ productFullFile: 'everything' });
    shopkeeper = new Shopkeeper(simulator);
  });

  beforeEach(async () => {
    await simulator.reset();
    store = stores.open();
  });

  after(async () => {
    await simulator.close();
    await stores.clear();
  });

  /** A feed of items as they were given, collected and checked. */
  async function checked(name: ImportName, items: readonly unknown[]): Promise<Feed> {
    const options = optionsOf(name, { fullFile: true });
    const collectionId = await openedCollection(store, name, name);
    const right: CollectedItem[] = [];
    const rejected = await checkItems(items, preparation(options), { add: (item) => right.push(item) });
    const lines = right.map(({ key, text }) => `${key}\t${text}`).join('\n');
    const amount = { items: right.length, bytes: lines.length };
    const { feed } = await store.feeds.append(
      collectionId,
      {
        sequence: '',
        supplierId: null,
        begins: true,
        completes: true,
        blocks: right.length === 0 ? [] : [{ lines, ...amount }],
        rejected: rejected.length,
        settings: JSON.stringify(options),
      },
      most,
      1,
    );
    const decided = await checkFeed(feed, {
      store,
      merger,
      shrinkage: defaultShrinkage,
      mostRejected: most,
      now: () => 1,
    });
    assert.ok(decided !== undefined);
    return decided;
  }

  /** What was active before a feed and is not after it, were it sent as if nothing guarded it. */
  async function lostBy(name: ImportName, kind: 'onhands' | 'products', items: readonly unknown[]) {
    const activeKeys = () =>
      simulator.catalogue
        .all(kind)
        .filter(({ IsActive, Status }) => (kind === 'onhands' ? IsActive === true : Status !== undefined))
        .map(({ PartNo, Code }) => String(PartNo ?? Code));
    const before = activeKeys();
    const { requests } = await prepare(items, preparation(optionsOf(name, { fullFile: true })));
    await shopkeeper.send(name, { requests });
    const after = new Set(activeKeys());
    return before.filter((key) => !after.has(key));
  }

  async function stocked(count: number): Promise<string[]> {
    const partNos = Array.from({ length: count }, (_, index) => `P${index}`);
    for (const partNo of partNos) simulator.catalogue.addSku(partNo);
    await shopkeeper.send(
      'import-onhands',
      await prepare(
        partNos.map((partNo) => stock({ OnhandValue: 1 }, partNo)),
        preparation(optionsOf('import-onhands')),
      ),
    );
    return partNos;
  }

  it('holds the first of its kind until it is confirmed', async () => {
    const all = await stocked(5);
    const items = [stock({ OnhandValue: 2 }, 'P0')];
    const feed = await checked('import-onhands', items);
    assert.deepEqual(
      [feed.state, feed.hold?.code, feed.hold?.isConfirmable],
      ['held', 'FULL_FEED_FIRST', true],
    );
    assert.deepEqual(await lostBy('import-onhands', 'onhands', items), all.slice(1));
    assert.equal((await store.feeds.confirm(feed.id))?.state, 'ready');
  });

  it('holds an empty one, and nobody can confirm it', async () => {
    const feed = await checked('import-onhands', []);
    assert.deepEqual(
      [feed.state, feed.hold?.code, feed.hold?.isConfirmable],
      ['held', 'FULL_FEED_EMPTY', false],
    );
  });

  it('holds one of which an item was rejected, and nobody can confirm it', async () => {
    await stocked(2);
    const items = [stock({ OnhandValue: 2 }, 'P0'), stock({ OnhandValue: 'many' }, 'P1')];
    const feed = await checked('import-onhands', items);
    assert.deepEqual(
      [feed.state, feed.hold?.code, feed.hold?.isConfirmable],
      ['held', 'FULL_FEED_ITEMS_REJECTED', false],
    );
    assert.deepEqual(await lostBy('import-onhands', 'onhands', items.slice(0, 1)), ['P1']);
  });

  it('holds one whose items have no field in common, and nobody can confirm it', async () => {
    await stocked(2);
    const items = [stock({ OnhandValue: 2 }, 'P0'), stock({ IncomingValue: 1 }, 'P1')];
    const feed = await checked('import-onhands', items);
    assert.deepEqual(
      [feed.state, feed.hold?.code, feed.hold?.isConfirmable],
      ['held', 'FULL_FEED_FIELDS_DIFFER', false],
    );
    const alone = items.slice(0, 1);
    assert.deepEqual(await lostBy('import-onhands', 'onhands', alone), ['P1'], 'as two requests each would');
  });

  it('holds one in which two products hold one SKU, in whatever partitions they lie', async () => {
    const items = [
      product({ Code: 'A' }, { PartNo: 'shared' }),
      product({ Code: 'B', ManufacturerCode: 'N' }, { PartNo: 'shared' }),
    ];
    const feed = await checked('import-products', items);
    assert.deepEqual(
      [feed.state, feed.hold?.code, feed.hold?.isConfirmable],
      ['held', 'FULL_FEED_ITEMS_REJECTED', false],
    );
  });

  describe('compared with the last one', () => {
    const baselines = (...known: [string, number][]) =>
      new Map(known.map(([bound, items]) => [bound, { items }]));
    const codeOf = (counts: [string, number][], known: [string, number][], shrinkage = 20) =>
      shrinkageHold(counts, baselines(...known), shrinkage, new Map())?.code;

    it('looks at a larger one that may have been taken since, which makes no bound a known one', () => {
      const hold = (known: [string, number][], perhaps: [string, number][]) =>
        shrinkageHold([['', 100]], baselines(...known), 20, new Map(perhaps))?.code;
      assert.equal(hold([['', 100]], [['', 130]]), 'FULL_FEED_SHRUNK');
      assert.equal(hold([['', 130]], [['', 100]]), 'FULL_FEED_SHRUNK');
      assert.equal(hold([['', 100]], [['', 120]]), undefined);
      assert.equal(hold([], [['', 100]]), 'FULL_FEED_FIRST');
    });

    it('lets it shrink as far as is set, and no further', () => {
      assert.equal(codeOf([['', 80]], [['', 100]]), undefined);
      assert.equal(codeOf([['', 79]], [['', 100]]), 'FULL_FEED_SHRUNK');
      assert.equal(codeOf([['', 200]], [['', 100]]), undefined);
      assert.equal(codeOf([['', 50]], [['', 100]], 50), undefined);
      assert.equal(codeOf([['', 99]], [['', 100]], 0), 'FULL_FEED_SHRUNK');
    });

    it('lets what one bound gains not hide what another one loses', () => {
      assert.equal(
        codeOf(
          [
            ['a', 10],
            ['b', 150],
          ],
          [
            ['a', 50],
            ['b', 90],
          ],
        ),
        'FULL_FEED_SHRUNK',
      );
      assert.equal(
        codeOf(
          [
            ['a', 10],
            ['b', 9000],
          ],
          [
            ['a', 100],
            ['b', 9000],
          ],
        ),
        'FULL_FEED_SHRUNK',
      );
    });

    it('judges small bounds together: a few items come and go', () => {
      assert.equal(
        codeOf(
          [
            ['a', 1],
            ['b', 90],
          ],
          [
            ['a', 3],
            ['b', 90],
          ],
        ),
        undefined,
      );
    });

    it('counts what has no bound in it as nothing missing, and a new bound as the first', () => {
      assert.equal(
        codeOf(
          [['a', 100]],
          [
            ['a', 100],
            ['b', 100],
          ],
        ),
        undefined,
      );
      assert.equal(
        codeOf(
          [
            ['a', 100],
            ['c', 1],
          ],
          [['a', 100]],
        ),
        'FULL_FEED_FIRST',
      );
    });
  });
});
