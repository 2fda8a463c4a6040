/**
 * The dialogs in a real browser on a real Node-RED.
 */
import assert from 'node:assert/strict';
import { type ImportDefinition, importNames, imports } from '../../src/contract/index.ts';
import { connectionNode, importNode, nodeTypes, otherNodes, propertiesOf } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

describeOnEachLine('dialogs in the editor', (test) => {
  test('stand in the palette under a name of their own, the products first', async (stage) => {
    const editor = await stage.open();
    const category = editor.page.locator('#red-ui-palette-container-norce');
    assert.match(
      (await category.locator('.red-ui-palette-header').textContent()) ?? '',
      /^\s*Norce Connect\s*$/,
    );
    // The palette breaks labels into lines, without blanks between them.
    const labels = await category.locator('.red-ui-palette-label').allTextContents();
    assert.deepEqual(
      labels.map((label) => label.replaceAll(/\s/g, '')),
      [
        'importproducts',
        'importprices',
        'importpricelists',
        'importstock',
        'importcustomers',
        'importcompanies',
        'importrelations',
        'importcompetitorprices',
        'importsupplierproducts',
        'accumulator',
        'jobstatus',
        'restartjob',
        'event',
      ],
    );
  });

  for (const theme of ['light', 'dark'] as const) {
    test(`open and can be read where ${theme} is preferred`, async (stage) => {
      const editor = await stage.open(theme);
      // Node-RED 4.1 has the light theme only, whatever the system prefers.
      assert.equal(await editor.theme(), stage.line === '4.1' ? 'light' : theme);
      await editor.add([
        connectionNode('c1'),
        ...importNames.map((name) =>
          importNode(name, name, 'c1', {
            fieldMode: 'chosen',
            ...('fullFile' in imports[name] ? { fullFile: 'yes' } : {}),
          }),
        ),
        ...otherNodes('c1'),
      ]);
      for (const name of importNames) {
        await editor.edit(name);
        assert.deepEqual(await editor.faultsOfText(), [], name);
        for (const tab of ['Fields', 'Switches']) {
          await editor.tab(tab);
          assert.deepEqual(await editor.faultsOfText(), [], `${name}, ${tab}`);
        }
        await editor.cancel();
      }
      await editor.edit('accumulator');
      for (const name of ['import-customers', 'import-supplier-products', 'import-prices']) {
        await editor.tab('Collect');
        await editor.field('import').selectOption(name);
        for (const tab of ['Collect', 'Release', 'Fields', 'Switches']) {
          await editor.tab(tab);
          assert.deepEqual(await editor.faultsOfText(), [], `accumulator of ${name}, ${tab}`);
        }
      }
      await editor.cancel();
      await editor.edit('job-status');
      for (const mode of ['wait', 'read', 'log', 'list']) {
        await editor.field('mode').selectOption(mode);
        assert.deepEqual(await editor.faultsOfText(), [], mode);
      }
      await editor.cancel();
      await editor.edit('job-restart');
      assert.deepEqual(await editor.faultsOfText(), [], 'job-restart');
      await editor.cancel();
      await editor.edit('event');
      assert.deepEqual(await editor.faultsOfText(), [], 'event');
      await editor.page.locator('#norce-event-make').click();
      assert.deepEqual(await editor.faultsOfText(), [], 'event with a secret');
      await editor.cancel();
      await editor.editConfig('c1');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.tab('Limits');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.tab('Network');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.tab('Connection');
      await editor.configField('addressMode').selectOption('own');
      await editor.configField('authentication').selectOption('basic');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.cancel();
    });
  }

  test('ask for the tick before a full feed of products', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), importNode('p1', 'import-products', 'c1')]);
    await editor.edit('p1');
    const tick = editor.field('fullFileUnderstood');
    assert.ok(!(await tick.isVisible()));
    await editor.field('fullFile').selectOption('yes');
    const { fullFile }: ImportDefinition = imports['import-products'];
    await editor.dialog.getByText(fullFile?.scope ?? '').waitFor();
    await editor.done();
    assert.deepEqual(await editor.reasons('p1'), [
      'A full feed of products needs the tick below the choice of the feed.',
    ]);
    await editor.edit('p1');
    await tick.check();
    await editor.done();
    assert.deepEqual(await editor.reasons('p1'), []);
    assert.equal(propertiesOf(await editor.exported(), 'p1').fullFileUnderstood, true);
  });

  test('show help for each node', async (stage) => {
    const editor = await stage.open();
    for (const type of nodeTypes) {
      const help = await editor.help(type);
      assert.match(help, /References/, type);
      assert.doesNotMatch(help, /\{\{|undefined/, type);
    }
  });
});
