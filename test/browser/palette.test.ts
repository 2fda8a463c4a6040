/**
 * A user installs the package from the palette manager while Node-RED runs and editors are open.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importNames } from '../../src/contract/index.ts';
import { nothing, pack } from '../support/node-red.ts';
import type { Editor } from './editor.ts';
import { connectionNode, importNode, nodeTypes, otherNodes } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

/** Keeps answers from the page until something has happened. */
async function hold(editor: Editor, path: RegExp, until: () => Promise<void>): Promise<void> {
  await editor.page.route(
    (url: URL) => path.test(url.pathname),
    async (route) => {
      await until();
      await route.continue();
    },
  );
}

async function dialogsWork(editor: Editor, names: readonly string[]): Promise<void> {
  const nodes = [...importNames.map((name) => importNode(name, name, 'c1')), ...otherNodes('c1')];
  await editor.add([connectionNode('c1'), ...nodes]);
  for (const name of names) {
    await editor.edit(name);
    assert.deepEqual(await editor.faultsOfText(), [], name);
    await editor.done();
    assert.deepEqual(await editor.reasons(name), [], name);
  }
  await editor.editConfig('c1');
  assert.deepEqual(await editor.faultsOfText(), []);
  await editor.done();
}

describeOnEachLine(
  'installed from the palette',
  (test) => {
    let folder: string;
    let tarball: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'norce-palette-'));
      tarball = await pack(folder);
    });

    after(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    test('appears in open editors without a restart, whichever part arrives first', async (stage) => {
      const { nodeRed } = stage;
      const nodesFirst = await stage.visit();
      const codeFirst = await stage.visit();
      await hold(nodesFirst, /^\/plugins\/@norce-connect\/node-red\/[^/]+$/, () =>
        nodesFirst.types(nodeTypes),
      );
      await hold(codeFirst, /^\/nodes\/@norce-connect\/node-red\/[^/]+$/, () => codeFirst.dialogCode());
      await nodeRed.upload(tarball);
      for (const editor of [nodesFirst, codeFirst]) {
        await Promise.all([editor.types(nodeTypes), editor.dialogCode()]);
      }
      await Promise.all([
        dialogsWork(nodesFirst, [...importNames, 'job-status', 'job-restart']),
        dialogsWork(codeFirst, ['import-products', 'job-status']),
      ]);
      assert.doesNotMatch(nodeRed.output, /\[error\]/);
      await codeFirst.deploy();
      const types = (await nodeRed.flows()).map(({ type }) => String(type));
      assert.deepEqual(types.filter((type) => type.startsWith('norce-')).sort(), nodeTypes.toSorted());
      assert.equal(nodeRed.output.match(/Server now running/g)?.length, 1);
    });
  },
  { install: nothing },
);
