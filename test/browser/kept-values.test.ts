/**
 * What is filled in is what a flow holds, through closing, deploying, exporting and importing.
 */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { importNames } from '../../src/contract/index.ts';
import { fieldGroups } from '../../src/editor/field-groups.ts';
import {
  basicAddress,
  fillConnection,
  fillImport,
  fillOthers,
  networkNodes,
  norceAddress,
  ownAddress,
  secret,
} from './filling.ts';
import {
  connectionNode,
  type FlowNode,
  importNode,
  jobRestartNode,
  jobStatusNode,
  otherNames,
  otherNodes,
  propertiesOf,
} from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

/** Properties that hold the same in all nodes given as in one that nobody has filled in. */
function untouched(filled: readonly (FlowNode | undefined)[], fresh: FlowNode): readonly string[] {
  return Object.keys(propertiesOf([fresh], String(fresh.id))).filter(
    (property) =>
      !['id', 'type'].includes(property) &&
      filled.every((node) => isDeepStrictEqual(node?.[property], fresh[property])),
  );
}

describeOnEachLine('values of the dialogs', (test) => {
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
    for (const name of [...importNames, ...otherNames]) {
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
});
