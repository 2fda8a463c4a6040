/**
 * One store for each file of the process, which neither keeps the process alive nor lets it end too early.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processStore, type Store } from '../../src/store/index.ts';
import { installNode, oldestNode } from '../end-to-end/node-js.ts';
import { StoreProcess } from './support/processes.ts';
import { newRequest, Stores } from './support/stores.ts';

describe('store: process', () => {
  const stores = new Stores();
  const opened: Store[] = [];
  after(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await stores.clear();
  });

  afterEach(() => StoreProcess.killAll());

  const open = (file: string) => {
    const store = processStore(file);
    opened.push(store);
    return store;
  };

  it('a file has one store, however it is named; another file has another', () => {
    const file = stores.newFile();
    assert.equal(open(relative(process.cwd(), file)), open(file));
    assert.notEqual(open(stores.newFile()), open(file));
  });

  it('two copies of the package have the same one', async () => {
    const file = stores.newFile();
    const copy: typeof import('../../src/store/process-store.ts') = await import(
      `${new URL('../../src/store/process-store.ts', import.meta.url)}?copy`
    );
    assert.notEqual(copy.processStore, processStore);
    assert.equal(copy.processStore(file), open(file));
  });

  it('a closed one is replaced; the new one opens as soon as the former has let go', async () => {
    const file = stores.newFile();
    let store = open(file);
    const ids: number[] = [];
    for (let count = 0; count < 2; count += 1) {
      const taken = store.slots.take('x');
      // So much to do that closing takes longer than starting another thread.
      const work = Array.from({ length: 20_000 }, () => store.requests.begin(newRequest(), 1));
      const closed = store.close();
      await assert.rejects(store.slots.take('x'), { code: 'STORE_CLOSED' });
      await assert.rejects(store.ready(), { code: 'STORE_CLOSED' });
      const next = open(file);
      assert.notEqual(next, store);
      // Not refused as locked, although the former is just being closed.
      await next.ready();
      ids.push(await taken);
      await Promise.all(work);
      await closed;
      await store.close();
      store = next;
    }
    assert.deepEqual(
      (await store.slots.load('x', 60_000)).map(({ id }) => id),
      ids,
    );
  });

  it('a call that is under way is finished before the process ends, and nothing else holds it', async () => {
    const file = stores.newFile();
    assert.deepEqual(await new StoreProcess('idle', file).end(), []);
    const left = new StoreProcess('leave', file);
    assert.deepEqual(await left.end(), []);
    assert.equal(left.child.exitCode, 0, left.errors);
    assert.equal((await open(file).slots.load('left', 60_000)).length, 1);
  });

  it('the oldest Node.js that the package accepts does the same, without a warning', async function () {
    this.timeout(600_000);
    const node = await installNode(oldestNode, join(stores.folder, 'node'));
    const file = stores.newFile();
    const hold = new StoreProcess('hold', file, [], node);
    assert.equal(await hold.firstLine(), 'ready');
    await hold.end();
    assert.equal(hold.errors, '');
    const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
    const tests = ['model', 'queries', 'group-commit'].map((name) => `test/store/${name}.test.ts`);
    const { stdout, stderr } = await promisify(execFile)(node, [mocha, ...tests], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      // What is wrong stands in what it prints.
    }).catch((failure: { readonly stdout: string; readonly stderr: string }) => failure);
    assert.match(stdout, /7 passing/, stdout);
    assert.equal(stderr, '');
  });
});
