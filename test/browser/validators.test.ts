/**
 * What the editor says to values that do not fit: a reason in words, and none for those that do.
 */
import assert from 'node:assert/strict';
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
import { describeOnEachLine, type Stage } from './stage.ts';

/** How a flow names an environment variable. */
const variable = '\x24{NAME}';

interface Case {
  readonly text: string;
  readonly node: FlowNode;
}

function importCase(property: string, value: unknown): FlowNode {
  const name = property === 'supplierId' ? 'import-supplier-products' : 'import-prices';
  return importNode('', name, 'c1', { [property]: value });
}

function connectionCase(property: string, value: unknown): FlowNode {
  return connectionNode('', { [property]: value });
}

function addressCase(property: string, value: unknown): FlowNode {
  const fitting = 'https://acme.example/x';
  return connectionNode('', {
    addressMode: 'own',
    customer: '',
    connectUrl: fitting,
    tokenUrl: fitting,
    [property]: value,
  });
}

function jobCase(property: string, value: unknown): FlowNode {
  return jobStatusNode('', 'c1', { [property]: value });
}

function restartCase(property: string, value: unknown): FlowNode {
  return jobRestartNode('', 'c1', { [property]: value });
}

/** With the id itself in the dialog. */
function givenIdCase(property: string, value: unknown): FlowNode {
  return jobStatusNode('', 'c1', { jobIdType: 'str', [property]: value });
}

function listCase(property: string, value: unknown): FlowNode {
  return jobStatusNode('', 'c1', { mode: 'list', jobIdType: 'str', [property]: value });
}

function eventCase(property: string, value: unknown): FlowNode {
  return eventNode('', 'c1', { [property]: value });
}

function accumulatorCase(property: string, value: unknown): FlowNode {
  const imports: Readonly<Record<string, string>> = {
    identity: 'import-customers',
    supplierId: 'import-supplier-products',
  };
  const collection = `${property} ${JSON.stringify(value)}`;
  const more = { import: imports[property] ?? 'import-onhands', collection };
  return accumulatorNode('', 'c1', { ...more, [property]: value });
}

type Values = Readonly<Record<string, readonly unknown[]>>;

function casesOf(make: (property: string, value: unknown) => FlowNode, values: Values): readonly Case[] {
  return Object.entries(values).flatMap(([property, list]) =>
    list.map((value) => ({ text: `${property}: ${JSON.stringify(value)}`, node: make(property, value) })),
  );
}

const unfitAddresses = [
  '',
  'acme.example',
  'http://acme.example/connect',
  'ftp://acme.example',
  'https://user:secret@acme.example',
  'https://acme.example/?a=b',
  'https://acme.example/#a',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
];
const fitAddresses = ['https://acme.example/x', 'http://127.0.0.1:4710/x', 'http://localhost:1', variable];

const unfit: readonly Case[] = [
  ...casesOf(importCase, {
    accountId: ['x', '-1', '0', '1.5', '2147483648', '99999999999', variable.slice(0, -1)],
    supplierId: ['x', '0'],
    fullFile: ['maybe'],
    unknownProperties: ['drop'],
    fieldMode: ['all', 'chosen'],
  }),
  ...casesOf(connectionCase, {
    addressMode: ['both'],
    authentication: ['digest'],
    customer: ['', 'a/b', 'acme.evil.example', '-a', 'å'],
    region: ['s e', 'se/'],
    environment: ['lab'],
    accountId: ['x', '0', '2147483648'],
    requestsPerMinute: ['0', '61', '1.5', 'x', '-1'],
    maximumItems: ['0', 'x', '1000001'],
    maximumBytes: ['999', 'x', '1e9'],
    timeout: ['0', '3601'],
    deadline: ['0', '86401'],
    jobLimit: ['0', '337', '1.5', 'x'],
    applicationId: ['ö', 'a\nb'],
  }),
  ...casesOf(jobCase, {
    mode: ['watch'],
    jobId: ['norce..jobId', 'norce[', 'a b'],
    jobIdType: ['jsonata'],
    limit: ['0', '1.5', '-1', 'x', '525601'],
  }),
  ...casesOf(restartCase, { jobId: ['norce..jobId'], jobIdType: ['num'] }),
  ...casesOf(givenIdCase, { jobId: ['x', '0', '-1', '1.5', '12345678901234567890'] }),
  ...casesOf(eventCase, {
    event: ['JobFinishedEvent', 'jobcompletedevent'],
    path: ['', '/', 'a b', 'a//b', 'a?b', 'a/:b', 'å'],
    header: ['x secret', 'x:y', 'å'],
  }),
  ...casesOf(accumulatorCase, {
    fullFile: ['maybe', true],
    shrinkage: ['0', '101', '1.5', 'x'],
    import: ['', 'import-orders'],
    collection: ['', ' ', 'x'.repeat(101)],
    identity: ['', 'Name', 'code'],
    supplierId: ['', 'x', '0'],
    accountId: ['x', '0', '2147483648'],
    unknownProperties: ['drop'],
    releaseMinutes: ['0', '1.5', 'x', '527041'],
    releaseItems: ['0', '-1', '2147483648'],
    releaseKilobytes: ['0', '1e3'],
    schedulePattern: ['hourly', '0 * * *', '0 * * * * * *', '0 * * * !'],
    scheduleZone: ['Stockholm', 'Mars/Olympus'],
    mostItems: ['0', 'many'],
    mostMegabytes: ['0', '1000001'],
    fieldMode: ['all'],
  }),
  ...casesOf(addressCase, { connectUrl: unfitAddresses, tokenUrl: unfitAddresses }),
];

const fit: readonly Case[] = [
  ...casesOf(importCase, {
    accountId: ['', '10000', '2147483647', variable],
    supplierId: ['', '7', variable],
    fullFile: ['no', 'yes', 'message'],
    unknownProperties: ['reject', 'remove', 'send'],
  }),
  ...casesOf(connectionCase, {
    customer: ['acme', 'norce-open-demo', variable],
    region: ['se', '', 'no1', variable],
    environment: ['playground', 'stage', 'production', variable],
    accountId: ['', '10000', variable],
    requestsPerMinute: ['1', '60', 60, '', variable],
    maximumItems: ['1', 1000, 1000000, '', variable],
    maximumBytes: ['1000', 10000000, '', variable],
    timeout: ['1', 120, 3600, variable],
    deadline: ['600', 86400, variable],
    jobLimit: ['1', 24, 336, '', variable],
    applicationId: ['', '1042', variable],
  }),
  ...casesOf(jobCase, {
    mode: ['', 'wait', 'read', 'log', 'list'],
    jobId: ['', 'norce.jobId', 'payload[0].id', variable],
    limit: ['', '1', 60, '525600', variable],
  }),
  ...casesOf(restartCase, { jobId: ['', 'norce.jobId'], jobIdType: ['', 'msg', 'flow', 'global', 'env'] }),
  ...casesOf(givenIdCase, { jobId: ['1', '1234567890123456789', variable] }),
  ...casesOf(listCase, { jobId: ['', 'norce.jobId'] }),
  ...casesOf(eventCase, {
    event: ['', 'JobCompletedEvent', 'SkuPriceChangedNotification'],
    path: ['a', '/a/', 'norce/job-completed', variable],
    header: ['', 'X-Norce-Secret', 'authorization', variable],
  }),
  ...casesOf(accumulatorCase, {
    fullFile: ['', 'no', 'yes', 'message'],
    shrinkage: ['', '1', '100'],
    import: ['import-onhands', 'import-relations'],
    collection: ['a', 'Preise & Bestände', variable],
    identity: ['Id', 'Code', 'EmailAddress'],
    supplierId: ['7', variable],
    accountId: ['', '10000', variable],
    releaseMinutes: ['', '1', 527040, variable],
    releaseItems: ['', '1', variable],
    releaseKilobytes: ['', '10000', variable],
    schedulePattern: ['', '0 6-22 * * 1-5', '*/10 * * * * *', '0 3 L * SUN', variable],
    scheduleZone: ['', 'Europe/Stockholm', 'UTC', variable],
    mostItems: ['', '1', variable],
    mostMegabytes: ['', '1000000', variable],
  }),
  ...casesOf(addressCase, { connectUrl: fitAddresses, tokenUrl: fitAddresses }),
];

async function openWithConnection(stage: Stage): Promise<Editor> {
  const editor = await stage.open();
  await editor.add([connectionNode('c1')]);
  return editor;
}

async function reasonsOf(
  editor: Editor,
  cases: readonly Case[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const reasons = new Map<string, readonly string[]>();
  await editor.add(cases.map(({ node, text }) => ({ ...node, id: text })));
  for (const { text } of cases) reasons.set(text, await editor.reasons(text));
  return reasons;
}

/** They look at another value too: the first is tried in the dialog, the second by a `fieldMode` without a choice. */
const triedByOthers = ['fullFileUnderstood', 'fieldChoice'];

describeOnEachLine('validators in the editor', (test) => {
  test('are all tried', async (stage) => {
    const editor = await stage.open();
    const tried = new Set(unfit.map(({ node, text }) => `${node.type}: ${text.split(':')[0]}`));
    for (const type of nodeTypes) {
      for (const property of await editor.validated(type)) {
        // The imports have their validators from one template: one import tries them for all.
        const names = type.startsWith('norce-import-')
          ? nodeTypes.filter((each) => each.startsWith('norce-import-'))
          : [type];
        const isTried = names.some((name) => tried.has(`${name}: ${property}`));
        assert.ok(isTried || triedByOthers.includes(property), `${type}: ${property}`);
      }
    }
  });

  test('give a reason in words for each value that does not fit', async (stage) => {
    const editor = await openWithConnection(stage);
    for (const [text, reasons] of await reasonsOf(editor, unfit)) {
      assert.equal(reasons.length, 1, `${text} has ${reasons.length} reasons`);
      // Without a reason Node-RED names the property only, and a missing text shows as its key.
      assert.match(reasons[0] ?? '', /^[A-Z][^.]* .*\.$/, text);
    }
  });

  test('take every value that fits, environment variables too', async (stage) => {
    const editor = await openWithConnection(stage);
    for (const [text, reasons] of await reasonsOf(editor, fit)) assert.deepEqual(reasons, [], text);
  });

  test('ask for a connection', async (stage) => {
    const editor = await stage.open();
    await editor.add([importNode('import', 'import-onhands', ''), ...otherNodes('')]);
    for (const id of ['import', 'accumulator', 'job-status', 'job-restart', 'event']) {
      assert.equal((await editor.reasons(id)).length, 1, id);
    }
  });
});
