/**
 * The dialogs in a real browser on a real Node-RED.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { type ImportDefinition, importNames, imports } from '../../src/contract/index.ts';
import { fieldGroups } from '../../src/editor/field-groups.ts';
import { NodeRed } from '../support/node-red.ts';
import { launchBrowser } from './chromium.ts';
import { Editor, type Theme } from './editor.ts';
import { connectionNode, type FlowNode, importNode } from './nodes.ts';

/** A node without its place on the canvas. */
function propertiesOf(nodes: readonly FlowNode[], id: string): FlowNode {
  const { x: _x, y: _y, z: _z, wires: _wires, ...properties } = nodes.find((node) => node.id === id) ?? {};
  return properties;
}

describe('dialogs in the editor', function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;

  before(async () => {
    [nodeRed, browser] = await Promise.all([NodeRed.start(), launchBrowser()]);
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  async function open(theme?: Theme): Promise<void> {
    await nodeRed.deploy([]);
    editor = await Editor.open(browser, nodeRed, theme);
  }

  afterEach(async () => {
    const { problems } = editor;
    await editor.close();
    assert.deepEqual(problems, []);
  });

  it('stand in the palette under a name of their own, the products first', async () => {
    await open();
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
      ],
    );
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`open and can be read in the ${theme} theme`, async () => {
      await open(theme);
      await editor.add([
        connectionNode('c1'),
        ...importNames.map((name) =>
          importNode(name, name, 'c1', {
            fieldMode: 'chosen',
            ...('fullFile' in imports[name] ? { fullFile: 'yes' } : {}),
          }),
        ),
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
      await editor.editConfig('c1');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.tab('Limits');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.cancel();
    });
  }

  it('change nothing when they are opened and closed', async () => {
    await open();
    const nodes = [
      connectionNode('c1'),
      ...importNames.map((name) => {
        const [group] = fieldGroups(name);
        const fieldChoice = Object.fromEntries(
          (group?.rows ?? [])
            .slice(0, 2)
            .map((row) => [row.list, [...row.values.values()].slice(0, 1).map((value) => value.name)]),
        );
        return importNode(name, name, 'c1', { name: `my ${name}`, fieldMode: 'chosen', fieldChoice });
      }),
    ];
    await editor.add(nodes);
    for (const name of importNames) {
      await editor.edit(name);
      await editor.done();
    }
    await editor.editConfig('c1');
    await editor.done();
    const exported = await editor.exported();
    for (const node of nodes) {
      const id = String(node.id);
      assert.deepEqual(propertiesOf(exported, id), propertiesOf(nodes, id), id);
    }
  });

  it('show what a flow leaves out as it is by default', async () => {
    await open();
    await editor.add([
      connectionNode('c1'),
      { id: 'p1', type: 'norce-import-products', connection: 'c1', x: 300, y: 100, wires: [[], []] },
    ]);
    assert.deepEqual(await editor.reasons('p1'), []);
    await editor.edit('p1');
    assert.equal(await editor.field('fullFile').inputValue(), 'no');
    assert.equal(await editor.field('unknownProperties').inputValue(), 'reject');
    await editor.tab('Fields');
    assert.equal(await editor.field('fieldMode').inputValue(), 'carried');
    await editor.done();
    assert.deepEqual(await editor.reasons('p1'), []);
    assert.deepEqual(propertiesOf(await editor.exported(), 'p1').fieldChoice, {});
  });

  it('store what is filled in, deploy it, and take it back unchanged', async () => {
    await open();
    await editor.add([connectionNode('c1'), importNode('p1', 'import-products', 'c1')]);
    await editor.edit('p1');
    await editor.field('name').fill('Products from ERP');
    await editor.field('accountId').fill('10002');
    assert.equal(await editor.page.locator('#node-input-accountId-hint').textContent(), '10002 — PIM');
    await editor.field('unknownProperties').selectOption('remove');
    await editor.tab('Fields');
    await editor.field('fieldMode').selectOption('chosen');
    const group = (title: string) =>
      editor.dialog.locator('.norce-field-group', {
        has: editor.page.locator(`summary:has-text("${title}")`),
      });
    await group('Structure item').getByTitle('All fields of this group').check();
    await editor.page.getByPlaceholder('Filter fields').fill('synonyms');
    const synonyms = group('Product texts').locator('.norce-field-row', { hasText: 'Synonyms' });
    await synonyms.getByLabel('Synonyms', { exact: true }).check();
    await synonyms.getByText('empty when missing').click();
    await editor.page.getByPlaceholder('Filter fields').fill('name');
    const name = group('Product texts').locator('.norce-field-row', { hasText: /^Name/ });
    await name.getByLabel('Name', { exact: true }).check();
    await name.locator('select').selectOption('createOnly');
    await editor.page.getByPlaceholder('Filter fields').fill('flags');
    await group('Variant').locator('.norce-field-row', { hasText: 'VariantFlags' }).locator('input').check();
    await editor.tab('Switches');
    await editor.dialog
      .locator('.norce-switches', { hasText: 'Variant' })
      .getByText('ParametricsCleanup')
      .click();
    await editor.dialog.locator('.norce-switch-columns').getByText('PriceSale').click();
    await editor.done();

    const expected = propertiesOf(
      [
        importNode('p1', 'import-products', 'c1', {
          name: 'Products from ERP',
          accountId: '10002',
          unknownProperties: 'remove',
          fieldMode: 'chosen',
          fieldChoice: {
            ProductCultureFieldsThatAreSet: ['NameCreateOnly', 'Synonyms'],
            WithoutListEntry: ['Product.Variant.VariantFlags'],
            SkuStructureItemFieldsThatAreSet: ['SortOrder', 'StandardStructureItemPrice', 'AdditionalInfo'],
          },
          clear: { ProductCultureFieldsThatAreSet: ['Synonyms'] },
          switches: {
            VariantFieldsThatAreSet: ['ParametricsCleanup'],
            IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale'],
          },
        }),
      ],
      'p1',
    );
    const exported = await editor.exported();
    assert.deepEqual(propertiesOf(exported, 'p1'), expected);
    assert.deepEqual(await editor.reasons('p1'), []);
    await editor.deploy();
    assert.deepEqual(propertiesOf(await nodeRed.flows(), 'p1'), expected);

    const copy = { ...exported.find((node) => node.id === 'p1'), id: 'p2' };
    await editor.add([copy]);
    await editor.edit('p2');
    await editor.done();
    assert.deepEqual(propertiesOf(await editor.exported(), 'p2'), { ...expected, id: 'p2' });
  });

  it('ask for the tick before a full feed of products', async () => {
    await open();
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

  it('show help for each node', async () => {
    await open();
    for (const type of ['connect-config', ...importNames].map((name) => `norce-${name}`)) {
      const help = await editor.help(type);
      assert.match(help, /References/, type);
      assert.doesNotMatch(help, /\{\{|undefined/, type);
    }
  });
});
