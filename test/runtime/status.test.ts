/**
 * The line under a node: what is newest, never too often, nothing after the end.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { ImportStatus } from '../../src/runtime/import-status.ts';
import { Status } from '../../src/runtime/status.ts';

/** Somewhat more than the pause between two changes, in ms. */
const pause = 600;

describe('status', () => {
  let shown: NodeStatus[];
  let node: Node;
  beforeEach(() => {
    shown = [];
    node = { type: 'norce-import-onhands', status: (status: NodeStatus) => shown.push(status) } as never;
  });

  it('shows the first text at once and then the newest', async () => {
    const status = new Status(node);
    for (const text of ['1', '2', '3']) status.show({ text });
    assert.deepEqual(shown, [{ text: '1' }]);
    await sleep(pause);
    assert.deepEqual(shown, [{ text: '1' }, { text: '3' }]);
    status.close();
  });

  it('shows nothing once it is closed', async () => {
    const status = new Status(node);
    for (const text of ['1', '2', '3']) status.show({ text });
    await sleep(pause);
    status.show({ text: '4' });
    status.close();
    await sleep(pause);
    status.show({ text: '5' });
    assert.deepEqual(shown, [{ text: '1' }, { text: '3' }]);
  });

  it('shows nothing once it is closed, also after a quiet time', async () => {
    const status = new Status(node);
    status.show({ text: '1' });
    await sleep(pause);
    status.close();
    status.show({ text: '2' });
    assert.deepEqual(shown, [{ text: '1' }]);
  });

  it('counts the messages under way, down to the last', async () => {
    const RED = { _: (_key: string, { jobId }: { jobId: string }) => `job ${jobId}` } as unknown as NodeAPI;
    const status = new ImportStatus(RED, node);
    status.begin();
    status.begin();
    status.accepted('1');
    status.accepted('2');
    status.end();
    await sleep(pause);
    assert.equal(shown.at(-1)?.text, 'job 2');
    status.end();
    await sleep(pause);
    assert.equal(shown.at(-1)?.text, 'job 2');
    status.close();
  });
});
