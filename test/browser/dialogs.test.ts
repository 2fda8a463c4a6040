/**
 * The dialogs in a real browser on a real Node-RED.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type ImportDefinition, type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { fieldGroups } from '../../src/editor/field-groups.ts';
import type { Editor } from './editor.ts';
import {
  accumulatorNode,
  connectionNode,
  eventNode,
  type FlowNode,
  importNode,
  jobRestartNode,
  jobStatusNode,
  nodeTypes,
  otherNodes,
} from './nodes.ts';
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
  jobLimit: '48',
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

const others = ['accumulator', 'job-status', 'job-restart', 'event'] as const;

/** Fills in the dialog of the accumulator; gives back the node as it has to be then. */
async function fillAccumulator(editor: Editor): Promise<FlowNode> {
  const options = { import: 'import-supplier-products', fullFile: 'message', unknownProperties: 'send' };
  const texts = {
    name: 'my changes',
    collection: 'suppliers',
    shrinkage: '35',
    supplierId: '7',
    accountId: '10003',
  };
  const releases = {
    releaseMinutes: '15',
    releaseItems: '5000',
    releaseKilobytes: '900',
    schedulePattern: '0 6-22 * * 1-5',
    scheduleZone: 'Europe/Stockholm',
    mostItems: '200000',
    mostMegabytes: '50',
  };
  await editor.edit('accumulator');
  for (const [property, value] of Object.entries(options)) await editor.field(property).selectOption(value);
  for (const [property, value] of Object.entries(texts)) await editor.field(property).fill(value);
  await editor.tab('Release');
  for (const [property, value] of Object.entries(releases)) await editor.field(property).fill(value);
  await editor.tab('Fields');
  await editor.field('fieldMode').selectOption('chosen');
  await editor.dialog.getByTitle('All fields of this group').first().check();
  await editor.done();
  const { fieldChoice } = propertiesOf(await editor.exported(), 'accumulator') as { fieldChoice: object };
  assert.ok(Object.values(fieldChoice).flat().length > 0);
  const more = { ...options, ...texts, ...releases, fieldMode: 'chosen', fieldChoice };
  return accumulatorNode('accumulator', 'norce', more);
}

/** Fills in the dialogs of the other nodes; gives back what each has to hold then. */
async function fillOthers(editor: Editor): Promise<ReadonlyMap<string, FlowNode>> {
  const status = { name: 'my job-status', mode: 'wait', jobId: 'payload.job', limit: '90' };
  await editor.edit('job-status');
  await editor.field('name').fill(status.name);
  await editor.jobIdText.fill(status.jobId);
  await editor.field('limit').fill(status.limit);
  await editor.done();

  const restart = { name: 'my job-restart', jobId: '4711', jobIdType: 'str' };
  await editor.edit('job-restart');
  await editor.field('name').fill(restart.name);
  await editor.chooseType('string');
  await editor.jobIdText.fill(restart.jobId);
  await editor.done();

  const event = {
    name: 'my event',
    event: 'SkuPriceChangedNotification',
    path: 'shop/prices',
    header: 'x-shop-secret',
  };
  await editor.edit('event');
  await editor.field('name').fill(event.name);
  await editor.field('event').selectOption(event.event);
  await editor.field('path').fill(event.path);
  await editor.field('header').fill(event.header);
  await editor.field('secret').fill(secret);
  await editor.done();

  const nodes = [
    await fillAccumulator(editor),
    jobStatusNode('job-status', 'norce', status),
    jobRestartNode('job-restart', 'norce', restart),
    eventNode('event', 'norce', event),
  ];
  return new Map(others.map((id) => [id, propertiesOf(nodes, id)]));
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
      ...otherNodes('c1'),
    ];
    await editor.add(nodes);
    for (const name of [...importNames, ...others]) {
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
      { id: 'j1', type: 'norce-job-status', connection: 'c1', x: 300, y: 200, wires: [[], [], []] },
      { id: 'r1', type: 'norce-job-restart', connection: 'c1', x: 300, y: 300, wires: [[]] },
      { id: 'e1', type: 'norce-event', connection: 'c1', path: 'a', x: 300, y: 400, wires: [[]] },
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
    for (const id of ['j1', 'r1', 'e1']) {
      assert.deepEqual(await editor.reasons(id), [], id);
      await editor.edit(id);
      await editor.done();
      assert.deepEqual(await editor.reasons(id), [], id);
    }
    const place = { jobId: 'norce.jobId', jobIdType: 'msg' };
    const exported = await editor.exported();
    assert.deepEqual(
      propertiesOf(exported, 'j1'),
      propertiesOf([jobStatusNode('j1', 'c1', { ...place, mode: 'wait' })], 'j1'),
    );
    assert.deepEqual(propertiesOf(exported, 'r1'), propertiesOf([jobRestartNode('r1', 'c1', place)], 'r1'));
    assert.equal(propertiesOf(exported, 'e1').event, 'JobCompletedEvent');
    assert.equal(propertiesOf(exported, 'e1').path, 'a');
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
      ...otherNodes('norce'),
    ]);
    await editor.add([...networkNodes, connectionNode('old', { customer: '' })]);
    const expected = new Map([
      ['norce', await fillConnection(editor, 'norce', norceAddress)],
      ['own', await fillConnection(editor, 'own', ownAddress)],
    ]);
    expected.set('old', await fillConnection(editor, 'old', basicAddress));
    for (const name of importNames) expected.set(name, await fillImport(editor, name));
    for (const [id, properties] of await fillOthers(editor)) expected.set(id, properties);
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

  test('ask a job status node only for what it needs', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), jobStatusNode('j1', 'c1')]);
    await editor.edit('j1');
    const shown: Record<string, readonly boolean[]> = {};
    for (const mode of ['wait', 'read', 'log', 'list']) {
      await editor.field('mode').selectOption(mode);
      shown[mode] = [await editor.jobIdText.isVisible(), await editor.field('limit').isVisible()];
    }
    assert.deepEqual(shown, {
      wait: [true, true],
      read: [true, false],
      log: [true, false],
      list: [false, false],
    });
    await editor.done();
    assert.equal(propertiesOf(await editor.exported(), 'j1').mode, 'list');
  });

  test('let the path of an event follow its type until somebody chooses one', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), eventNode('e1', 'c1', { path: '' })]);
    await editor.edit('e1');
    const path = editor.field('path');
    const address = async () => (await editor.page.locator('#norce-event-address').textContent()) ?? '';
    assert.equal(await path.inputValue(), 'norce/job-completed');
    assert.equal(await address(), `${stage.nodeRed.url}/norce/job-completed`);
    await editor.field('event').selectOption('SkuPriceChangedNotification');
    assert.equal(await path.inputValue(), 'norce/sku-price-changed');
    await path.fill('/shop/prices/');
    assert.equal(await address(), `${stage.nodeRed.url}/shop/prices`);
    await editor.field('event').selectOption('OrderReceivedEvent');
    assert.equal(await path.inputValue(), '/shop/prices/');
    await path.fill('\x24{EVENT_PATH}');
    assert.match(await address(), /environment variables/);
    await editor.cancel();
  });

  test('make up a secret that is shown once, and never kept in a flow', async (stage) => {
    const editor = await stage.open();
    await editor.add([connectionNode('c1'), eventNode('e1', 'c1')]);
    await editor.edit('e1');
    const field = editor.field('secret');
    const isUnfit = async () => ((await field.getAttribute('class')) ?? '').includes('input-error');
    await field.fill('too short');
    await field.press('Tab');
    assert.ok(await isUnfit());
    const copy = editor.page.locator('#norce-event-copy');
    assert.ok(!(await copy.isVisible()));
    await editor.page.locator('#norce-event-make').click();
    assert.ok(!(await isUnfit()));
    const made = await field.inputValue();
    assert.match(made, /^[0-9a-f]{64}$/);
    assert.equal(await editor.page.locator('#norce-event-made code').textContent(), made);
    await copy.click();
    await editor.page.getByText('Copied').waitFor();
    await editor.page.locator('#norce-event-make').click();
    assert.notEqual(await field.inputValue(), made);
    const last = await field.inputValue();
    await editor.done();
    await editor.deploy();
    assert.ok(!JSON.stringify(await stage.nodeRed.flows()).includes(last));
    assert.ok(!(await editor.exportText()).includes(last));

    const later = await stage.reopen();
    await later.edit('e1');
    assert.equal(await later.field('secret').inputValue(), '__PWRD__');
    assert.equal((await later.page.locator('#norce-event-made').textContent()) ?? '', '');
    assert.deepEqual(await later.faultsOfText(), []);
    await later.cancel();
    assert.deepEqual(await later.reasons('e1'), []);
  });

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

  test('show help for each node', async (stage) => {
    const editor = await stage.open();
    for (const type of nodeTypes) {
      const help = await editor.help(type);
      assert.match(help, /References/, type);
      assert.doesNotMatch(help, /\{\{|undefined/, type);
    }
  });
});
