/**
 * Fills in each field of the dialogs, as a user does.
 */
import assert from 'node:assert/strict';
import { type ImportDefinition, type ImportName, imports } from '../../src/contract/index.ts';
import type { Editor } from './editor.ts';
import {
  accumulatorNode,
  connectionNode,
  eventNode,
  type FlowNode,
  importNode,
  jobRestartNode,
  jobStatusNode,
  otherNames,
  propertiesOf,
} from './nodes.ts';

/** What is filled in as a secret, wherever a dialog asks for one. */
export const secret = 'dialog-secret-8f14e45f';
/** The address of a customer of Norce. */
export const norceAddress = { customer: 'acme', region: 'no' };
/** Addresses that are typed in. */
export const ownAddress = {
  connectUrl: 'https://acme.example/connect',
  tokenUrl: 'https://acme.example/token',
};
/** Of an old installation, which takes basic authentication. */
export const basicAddress = { connectUrl: 'https://old.example/connect' };
/** Node-RED's own configurations that a connection may choose. */
export const networkNodes: readonly FlowNode[] = [
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
export async function fillConnection(
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

/** Fills in an import's dialog; gives back what the node has to hold then. */
export async function fillImport(editor: Editor, name: ImportName): Promise<FlowNode> {
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
export async function fillOthers(editor: Editor): Promise<ReadonlyMap<string, FlowNode>> {
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
  return new Map(otherNames.map((id) => [id, propertiesOf(nodes, id)]));
}
