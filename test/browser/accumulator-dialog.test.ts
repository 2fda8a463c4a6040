/**
 * The dialog of an accumulator, and what it says of the nodes around it.
 */
import assert from 'node:assert/strict';
import { accumulatorNode, connectionNode, importNode, propertiesOf } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

describeOnEachLine('dialog of an accumulator', (test) => {
  test('give an accumulator a collection of its own when it is dropped on the canvas', async (stage) => {
    const editor = await stage.open();
    const tile = editor.page.locator('.red-ui-palette-node[data-palette-type="norce-accumulator"]');
    const canvas = editor.page.locator('#red-ui-workspace-chart');
    for (const y of [100, 200]) await tile.dragTo(canvas, { targetPosition: { x: 300, y } });
    const dropped = (await editor.exported()).filter(({ type }) => type === 'norce-accumulator');
    const names = dropped.map(({ collection }) => String(collection));
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name, /^changes-[0-9a-f]{8}$/);
  });

  test('say that two accumulators have one collection, unless they are of different imports', async (stage) => {
    const editor = await stage.open();
    await editor.add([
      connectionNode('c1'),
      accumulatorNode('a1', 'c1', { collection: 'same' }),
      accumulatorNode('a2', 'c1', { collection: 'same' }),
      accumulatorNode('a3', 'c1', { collection: 'same', import: 'import-prices' }),
    ]);
    const reason = 'Another accumulator of this connection keeps this collection already.';
    assert.deepEqual(await editor.reasons('a2'), [reason]);
    assert.deepEqual(await editor.reasons('a3'), []);
    await editor.edit('a2');
    await editor.field('collection').fill('other');
    await editor.done();
    for (const id of ['a1', 'a2']) assert.deepEqual(await editor.reasons(id), [], id);
  });

  test('offer the other accumulators of the connection to be followed, and keep those that are gone', async (stage) => {
    const editor = await stage.open();
    await editor.add([
      connectionNode('c1'),
      connectionNode('c2'),
      accumulatorNode('products', 'c1', { name: 'my products' }),
      accumulatorNode('elsewhere', 'c2'),
      accumulatorNode('prices', 'c1', { import: 'import-prices', follows: ['gone'] }),
    ]);
    await editor.edit('prices');
    await editor.tab('Release');
    const list = editor.dialog.locator('#norce-accumulator-follows label');
    assert.deepEqual(await list.allTextContents(), ['gone', 'my products (collection of products)']);
    await list.nth(1).locator('input').check();
    await editor.done();
    const follows = async () => propertiesOf(await editor.exported(), 'prices').follows;
    assert.deepEqual(await follows(), ['gone', 'collection of products']);
    await editor.edit('prices');
    await editor.tab('Release');
    await list.nth(0).locator('input').uncheck();
    await editor.done();
    assert.deepEqual(await follows(), ['collection of products']);
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`warn of items that go past the accumulator, where ${theme} is preferred`, async (stage) => {
      const editor = await stage.open(theme);
      const collects = { import: 'import-onhands', wires: [['batches'], [], []], z: 'tab' };
      const inject = { type: 'inject', props: [], repeat: '', once: false, z: 'tab', x: 100 };
      await editor.add([
        { id: 'tab', type: 'tab', label: 'Stock' },
        connectionNode('c1'),
        connectionNode('c2'),
        accumulatorNode('a1', 'c1', { ...collects, name: 'all <b>stock</b>' }),
        accumulatorNode('a2', 'c2', { ...collects, name: 'elsewhere' }),
        { id: 'items', ...inject, y: 40, wires: [['a1', 'direct']] },
        importNode('batches', 'import-onhands', 'c1', { z: 'tab' }),
        importNode('direct', 'import-onhands', 'c1', { name: 'corrections', z: 'tab' }),
        importNode('unfed', 'import-onhands', 'c1', { z: 'tab' }),
      ]);
      const names = editor.dialog.locator('.norce-node-name:visible');
      const warning = editor.dialog.getByText('keeps no order');
      for (const [id, others] of [
        ['a1', ['corrections']],
        ['direct', ['all <b>stock</b>']],
        ['a2', []],
        ['batches', []],
        ['unfed', []],
      ] as const) {
        await editor.edit(id);
        assert.deepEqual(await names.allTextContents(), others, id);
        assert.equal(await warning.isVisible(), others.length > 0, id);
        assert.deepEqual(await editor.faultsOfText(), [], id);
        await editor.cancel();
      }
      // What is chosen in the open dialog counts.
      await editor.edit('a1');
      await editor.field('import').selectOption('import-prices');
      assert.equal(await warning.isVisible(), false);
      await editor.field('import').selectOption('import-onhands');
      assert.equal(await warning.isVisible(), true);
      await editor.cancel();
      await editor.edit('direct');
      await editor.field('connection').selectOption('c2');
      assert.deepEqual(await names.allTextContents(), ['elsewhere']);
      await editor.done();
      await editor.edit('a1');
      assert.equal(await warning.isVisible(), false);
      await editor.cancel();
    });
  }

  test('ask an accumulator for the key, the supplier and the fields of its import alone', async (stage) => {
    const editor = await stage.open();
    const fieldChoice = { ProductFieldsThatAreSet: ['Code'] };
    await editor.add([
      connectionNode('c1'),
      accumulatorNode('a1', 'c1', { fieldMode: 'chosen', fieldChoice }),
    ]);
    await editor.edit('a1');
    const shown: Record<string, readonly boolean[]> = {};
    for (const name of ['import-onhands', 'import-supplier-products', 'import-customers']) {
      await editor.field('import').selectOption(name);
      shown[name] = [
        await editor.field('identity').isVisible(),
        await editor.field('supplierId').isVisible(),
      ];
    }
    assert.deepEqual(shown, {
      'import-onhands': [false, false],
      'import-supplier-products': [false, true],
      'import-customers': [true, false],
    });
    await editor.done();
    assert.deepEqual(propertiesOf(await editor.exported(), 'a1').fieldChoice, {});
    assert.deepEqual(await editor.reasons('a1'), [
      'Choose the key by which the records are told apart.',
      'No field is ticked: nothing would be written.',
    ]);
    await editor.edit('a1');
    await editor.field('identity').selectOption('Code');
    await editor.tab('Fields');
    await editor.field('fieldMode').selectOption('carried');
    await editor.done();
    assert.deepEqual(await editor.reasons('a1'), []);
    assert.equal(propertiesOf(await editor.exported(), 'a1').identity, 'Code');
  });
});
