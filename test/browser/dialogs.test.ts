/**
 * The dialogs in a real browser on a real Node-RED.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type ImportDefinition, type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { fieldGroups } from '../../src/editor/field-groups.ts';
import type { Editor } from './editor.ts';
import { connectionNode, type FlowNode, importNode, nodeTypes } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

/** A node without its place on the canvas. */
function propertiesOf(nodes: readonly FlowNode[], id: string): FlowNode {
  const { x: _x, y: _y, z: _z, wires: _wires, ...properties } = nodes.find((node) => node.id === id) ?? {};
  return properties;
}

const secret = 'dialog-secret-8f14e45f';
const norceAddress = { customer: 'acme', region: 'no' };
const ownAddress = {
  connectUrl: 'https://acme.example/connect',
  tokenUrl: 'https://acme.example/token',
};
/** Of an old installation, which takes basic authentication. */
const basicAddress = { connectUrl: 'https://old.example/connect' };
/** Node-RED's own configurations that a connection may choose. */
const networkNodes: readonly FlowNode[] = [
  { id: 'way', type: 'http proxy', name: 'the way out', url: 'http://proxy.example:8080', noproxy: [] },
  { id: 'trust', type: 'tls-config', name: 'private authority', verifyservercert: true },
];
const network = { proxy: 'way', tls: 'trust' };
const limits = {
  requestsPerMinute: '45',
  applicationId: '1042',
  maximumItems: '500',
  maximumBytes: '2000000',
  timeout: '60',
  deadline: '300',
};

/** Fills in a connection's dialog; gives back what the node has to hold then. */
async function fillConnection(
  editor: Editor,
  id: string,
  address: Readonly<Record<string, string>>,
): Promise<FlowNode> {
  const isBasic = address === basicAddress;
  const options =
    address === norceAddress
      ? { addressMode: 'norce', environment: 'production' }
      : { addressMode: 'own', authentication: isBasic ? 'basic' : 'oauth2' };
  const scope = isBasic ? {} : { scope: 'prod stage' };
  const texts = { name: `my ${id}`, ...scope, accountId: '10002', ...address };
  await editor.editConfig(id);
  for (const [property, value] of Object.entries(options)) {
    await editor.configField(property).selectOption(value);
  }
  for (const [property, value] of Object.entries({ ...texts, clientId: 'erp', clientSecret: secret })) {
    await editor.configField(property).fill(value);
  }
  await editor.configField('dryRun').check();
  await editor.tab('Limits');
  for (const [property, value] of Object.entries(limits)) await editor.configField(property).fill(value);
  await editor.tab('Network');
  for (const [property, value] of Object.entries(network)) {
    await editor.configField(property).selectOption(value);
  }
  await editor.done();
  return connectionNode(id, { customer: '', ...options, ...texts, dryRun: true, ...limits, ...network });
}

/** Properties that hold the same in all nodes given as in one that nobody has filled in. */
function untouched(filled: readonly (FlowNode | undefined)[], fresh: FlowNode): readonly string[] {
  return Object.keys(propertiesOf([fresh], String(fresh.id))).filter(
    (property) =>
      !['id', 'type'].includes(property) &&
      filled.every((node) => isDeepStrictEqual(node?.[property], fresh[property])),
  );
}

/** Fills in an import's dialog; gives back what the node has to hold then. */
async function fillImport(editor: Editor, name: ImportName): Promise<FlowNode> {
  const { fullFile, supplier }: ImportDefinition = imports[name];
  const texts = { name: `my ${name}`, accountId: '10003', ...(supplier ? { supplierId: '7' } : {}) };
  const options = {
    connection: 'own',
    unknownProperties: 'send',
    ...(fullFile ? { fullFile: 'message' } : {}),
  };
  await editor.edit(name);
  for (const [property, value] of Object.entries(texts)) await editor.field(property).fill(value);
  for (const [property, value] of Object.entries(options)) await editor.field(property).selectOption(value);
  if (fullFile?.disputed) await editor.field('fullFileUnderstood').check();
  await editor.field('dryRun').check();
  await editor.tab('Fields');
  await editor.field('fieldMode').selectOption('chosen');
  for (const group of await editor.dialog.getByTitle('All fields of this group').all()) await group.check();
  const firstClear = editor.dialog.locator('.norce-field-row label:visible', {
    hasText: 'empty when missing',
  });
  const hasClear = (await firstClear.count()) > 0;
  if (hasClear) await firstClear.first().click();
  await editor.tab('Switches');
  const firstSwitch = editor.dialog.locator('#norce-import-switches input[type=checkbox]').first();
  const hasSwitches = (await firstSwitch.count()) > 0;
  if (hasSwitches) await firstSwitch.check();
  await editor.done();

  const { fieldChoice, clear, switches } = propertiesOf(await editor.exported(), name) as Record<
    string,
    object
  >;
  assert.ok(Object.values(fieldChoice ?? {}).flat().length > 0, `${name}: no field`);
  assert.equal(Object.values(clear ?? {}).flat().length, hasClear ? 1 : 0, `${name}: clear`);
  assert.equal(Object.values(switches ?? {}).flat().length, hasSwitches ? 1 : 0, `${name}: switches`);
  const more = { ...texts, ...options, dryRun: true, fieldMode: 'chosen', fieldChoice, clear, switches };
  return propertiesOf(
    [importNode(name, name, 'norce', fullFile?.disputed ? { ...more, fullFileUnderstood: true } : more)],
    name,
  );
}

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
      await editor.tab('Network');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.tab('Connection');
      await editor.configField('addressMode').selectOption('own');
      await editor.configField('authentication').selectOption('basic');
      assert.deepEqual(await editor.faultsOfText(), []);
      await editor.cancel();
    });
  }

  test('change nothing when they are opened and closed', async (stage) => {
    const editor = await stage.open();
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

  test('show what a flow leaves out as it is by default', async (stage) => {
    const editor = await stage.open();
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

  test('store what is filled in, deploy it, and take it back unchanged', async (stage) => {
    const editor = await stage.open();
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
    assert.deepEqual(propertiesOf(await stage.nodeRed.flows(), 'p1'), expected);

    const copy = { ...exported.find((node) => node.id === 'p1'), id: 'p2' };
    await editor.add([copy]);
    await editor.edit('p2');
    await editor.done();
    assert.deepEqual(propertiesOf(await editor.exported(), 'p2'), { ...expected, id: 'p2' });
  });

  test('keep all that is filled in through deploy, export and import', async (stage) => {
    const editor = await stage.open();
    await editor.add([
      connectionNode('norce', { customer: '' }),
      connectionNode('own', { customer: '' }),
      ...importNames.map((name) => importNode(name, name, 'norce')),
    ]);
    await editor.add([...networkNodes, connectionNode('old', { customer: '' })]);
    const expected = new Map([
      ['norce', await fillConnection(editor, 'norce', norceAddress)],
      ['own', await fillConnection(editor, 'own', ownAddress)],
    ]);
    expected.set('old', await fillConnection(editor, 'old', basicAddress));
    for (const name of importNames) expected.set(name, await fillImport(editor, name));
    const connections = ['norce', 'own', 'old'].map((id) => expected.get(id));
    assert.deepEqual(untouched(connections, connectionNode('', { customer: '' })), []);
    const canLack = ['clear', 'switches'];
    for (const name of importNames) {
      const left = untouched([expected.get(name)], importNode(name, name, 'norce'));
      assert.deepEqual(
        left.filter((property) => !canLack.includes(property)),
        [],
        name,
      );
    }
    for (const property of canLack) {
      assert.ok(importNames.some((name) => Object.keys(expected.get(name)?.[property] ?? {}).length > 0));
    }

    await editor.deploy();
    const deployed = await stage.nodeRed.flows();
    const text = await editor.exportText();
    const other = await stage.open();
    await other.importText(text);
    const imported = await other.exported();
    for (const [id, properties] of expected) {
      assert.deepEqual(propertiesOf(deployed, id), properties, `${id}, deployed`);
      assert.deepEqual(propertiesOf(imported, id), properties, `${id}, imported`);
      assert.deepEqual(await other.reasons(id), [], id);
    }
    assert.ok(!text.includes(secret));
  });

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
