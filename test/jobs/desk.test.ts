/**
 * What is stored for a node is handed over once, when the node can pass it on, and again only after a crash.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/connection/index.ts';
import { Desk, type Receiver } from '../../src/jobs/desk.ts';
import { processStore, type Store, type StoredEvent } from '../../src/store/index.ts';

describe('the desk that hands stored things over', () => {
  let folder: string;
  let file: string;
  let store: Store;
  let desk: Desk<StoredEvent>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'norce-desk-'));
    file = join(folder, 'store.sqlite');
    open();
  });
  afterEach(async () => {
    desk.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  function open(): void {
    store = processStore(file);
    const { events } = store;
    const shelf = {
      due: (nodeId: string) => events.pending(nodeId),
      claim: (id: number) => events.claim(id),
      finish: (id: number, at: number) => events.finish(id, at),
    };
    desk = new Desk(shelf, systemClock, 600);
  }

  const add = (number: number) =>
    store.events.add({ scope: 's', nodeId: 'node', type: 'T', body: JSON.stringify({ number }) }, Date.now());
  const numberIn = ({ body }: StoredEvent) => (JSON.parse(body) as { number: number }).number;

  class Taker implements Receiver<StoredEvent> {
    readonly taken: number[] = [];
    readonly repeated: number[] = [];
    state: ReturnType<Receiver<StoredEvent>['availability']> = 'open';

    availability() {
      return this.state;
    }

    take(event: StoredEvent, isRepeated: boolean): void {
      assert.equal(this.state, 'open');
      this.taken.push(numberIn(event));
      if (isRepeated) this.repeated.push(numberIn(event));
    }

    trouble(error: Error): void {
      throw error;
    }
  }

  async function emptied(): Promise<void> {
    while ((await store.events.pending('node')).length > 0) await wait(5);
  }

  it('hands each thing over once, in order, whenever it comes', async () => {
    const taker = new Taker();
    await add(1);
    desk.attach('node', taker);
    for (const number of [2, 3, 4]) {
      await add(number);
      desk.wake('node');
    }
    await emptied();
    assert.deepEqual([taker.taken, taker.repeated], [[1, 2, 3, 4], []]);
  });

  it('waits until the node can pass it on', async () => {
    const taker = new Taker();
    let open: () => void = () => undefined;
    taker.state = new Promise<void>((resolve) => {
      open = () => {
        taker.state = 'open';
        resolve();
      };
    });
    await add(1);
    desk.attach('node', taker);
    await wait(50);
    assert.deepEqual(taker.taken, []);
    open();
    await emptied();
    assert.deepEqual([taker.taken, taker.repeated], [[1], []]);
  });

  it('keeps it for the successor of a node that is closed, or goes while it is handed over', async () => {
    const [closed, leaving, successor] = [new Taker(), new Taker(), new Taker()];
    closed.state = 'closed';
    await add(1);
    desk.attach('node', closed)();
    const leave = desk.attach('node', leaving);
    leaving.state = new Promise<void>((resolve) => setTimeout(resolve, 30));
    await wait(10);
    leave();
    desk.attach('node', successor);
    await emptied();
    assert.deepEqual([closed.taken, leaving.taken, successor.taken], [[], [], [1]]);
    assert.deepEqual(successor.repeated, []);
  });

  it('does not mark what a process that has ended could not pass on', async () => {
    const [closed, successor] = [new Taker(), new Taker()];
    closed.state = 'closed';
    await add(1);
    desk.attach('node', closed);
    await wait(50);
    desk.close();
    await store.close();
    open();
    desk.attach('node', successor);
    await emptied();
    assert.deepEqual([closed.taken, successor.taken, successor.repeated], [[], [1], []]);
  });

  it('marks what a killed process may have handed over, and nothing else', async () => {
    await Promise.all([add(1), add(2)]);
    await store.close();
    const script = fileURLToPath(new URL('./support/claimer.ts', import.meta.url));
    const child = fork(script, [file]);
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    open();
    const taker = new Taker();
    desk.attach('node', taker);
    await emptied();
    assert.deepEqual([taker.taken, taker.repeated], [[1, 2], [1]]);
  });
});
