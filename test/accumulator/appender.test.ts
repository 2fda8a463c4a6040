/**
 * Tries to have the appender lose, mix up or half-tell what it was given.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Appender } from '../../src/accumulator/appender.ts';
import { Portions } from '../../src/accumulator/portions.ts';
import { ConnectError } from '../../src/errors.ts';
import type { CollectedItem } from '../../src/prepare/index.ts';
import type { NewBlock } from '../../src/store/index.ts';
import { transferable } from '../../src/transferable.ts';

function item(key: string, size = 10) {
  return { key, text: JSON.stringify({ key, fill: 'ö'.repeat(size) }) };
}

function portionsOf(items: readonly CollectedItem[]): ReturnType<Portions['end']> {
  const portions = new Portions();
  for (const each of items) portions.add(each);
  assert.equal(portions.items, items.length);
  return portions.end();
}

/** Adds items; resolves when they have been told to be on disk. */
function add(
  appender: Appender,
  items: readonly CollectedItem[],
  supplierId: number | null = null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    appender.add(portionsOf(items), supplierId, {
      written: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
}

function textOf(lines: NewBlock['lines']): string {
  return typeof lines === 'string' ? lines : Buffer.from(lines).toString();
}

function keysOf({ lines }: NewBlock): string[] {
  return textOf(lines)
    .split('\n')
    .map((line) => line.split('\t')[0] as string);
}

describe('accumulator: appender', () => {
  it('messages that come together share a commit; a lone one has its own', async () => {
    const blocks: NewBlock[] = [];
    const appender = new Appender(async (block) => blocks.push(block));
    await Promise.all(Array.from({ length: 500 }, (_, number) => add(appender, [item(`${number}`)])));
    assert.ok(blocks.length <= 2, `${blocks.length} commits`);
    await add(appender, [item('alone')]);
    assert.deepEqual(keysOf(blocks.at(-1) as NewBlock), ['alone']);
  });

  it('law: everything is appended once, in its order, in bounded blocks, and told after it', async () => {
    const message = fc.record({
      sizes: fc.array(fc.oneof(fc.nat(50), fc.constant(150_000)), { minLength: 1, maxLength: 4 }),
      supplierId: fc.constantFrom(1, 2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 30 }), async (messages) => {
        const blocks: NewBlock[] = [];
        const appender = new Appender(async (block) => {
          await new Promise(setImmediate);
          blocks.push(block);
        });
        let number = 0;
        const given = messages.map(({ sizes, supplierId }) => ({
          items: sizes.map((size) => item(String(number++), size)),
          supplierId,
        }));
        await Promise.all(
          given.map(async ({ items, supplierId }) => {
            await add(appender, items, supplierId);
            const there = new Set(blocks.flatMap(keysOf));
            for (const { key } of items) assert.ok(there.has(key), `${key} was told before it was there`);
          }),
        );
        assert.deepEqual(
          blocks.flatMap(keysOf),
          given.flatMap(({ items }) => items.map(({ key }) => key)),
        );
        for (const block of blocks) {
          const lines = textOf(block.lines).split('\n');
          const texts = lines.map((line) => line.slice(line.indexOf('\t') + 1));
          assert.equal(block.items, lines.length);
          assert.equal(
            block.bytes,
            texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
          );
          assert.ok(block.items === 1 || block.bytes <= 2 * 256 * 1024);
          const suppliers = new Set(
            keysOf(block).map(
              (key) => given.find(({ items }) => items.some((each) => each.key === key))?.supplierId,
            ),
          );
          assert.deepEqual([...suppliers], [block.supplierId]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a full collection refuses only the messages that find no room', async () => {
    let room = 3;
    const appender = new Appender(async ({ items }) => {
      if (items > room) throw new ConnectError('COLLECTION_FULL', 'full');
      room -= items;
    });
    const results = await Promise.allSettled(
      [2, 2, 1, 1].map((count, index) =>
        add(
          appender,
          Array.from({ length: count }, (_, each) => item(`${index}-${each}`)),
        ),
      ),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
  });

  it('what finds no room does not go behind what came after it', async () => {
    const blocks: NewBlock[] = [];
    let isFirst = true;
    const appender = new Appender(async (block) => {
      const isRefused = isFirst;
      isFirst = false;
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      // A batch has been taken meanwhile: from the second commit on there is room.
      if (isRefused) throw new ConnectError('COLLECTION_FULL', 'full');
      blocks.push(block);
    });
    const first = [add(appender, [item('older')], 1), add(appender, [item('old')], 1)];
    const results = await Promise.allSettled([...first, add(appender, [item('new')], 2)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(blocks.flatMap(keysOf), ['new']);
  });

  it('law: whatever the store refuses, the rest is appended and all is told in the order of adding', async () => {
    const message = fc.record({
      size: fc.constantFrom(1, 2, 1200),
      supplierId: fc.constantFrom(1, 1, 1, 2),
      isLater: fc.boolean(),
    });
    const answer = fc.record({ room: fc.constantFrom(0, 2, 500, 3000), turns: fc.nat(3), fails: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(answer),
        async (messages, answers) => {
          const appended: number[] = [];
          let former: Promise<unknown> = Promise.resolve();
          const store = async (block: NewBlock) => {
            const { value } = answers.next();
            for (let turn = 0; turn < value.turns; turn++) await new Promise(setImmediate);
            if (value.fails === 0) throw new ConnectError('STORE_FAILED', 'broken', { retryable: true });
            if (block.items > value.room) throw new ConnectError('COLLECTION_FULL', 'full');
            appended.push(...keysOf(block).map((key) => Number(key.split('-')[0])));
          };
          const appender = new Appender((block) => {
            // As a store does: what it is asked first it does first, and bytes are its own from then on.
            const taken = structuredClone(block, { transfer: transferable(block) });
            const answered = former.then(() => store(taken));
            former = answered.catch(() => undefined);
            return answered;
          });
          const told: number[] = [];
          const strange: Error[] = [];
          const kept: number[] = [];
          const ends: Promise<void>[] = [];
          for (const [index, { size, supplierId, isLater }] of messages.entries()) {
            if (isLater) await new Promise(setImmediate);
            const items = Array.from({ length: size }, (_, each) => item(`${index}-${each}`, 1));
            const end = new Promise<void>((resolve) => {
              appender.add(portionsOf(items), supplierId, {
                written: (error) => {
                  told.push(index);
                  if (!(error === undefined || error instanceof ConnectError)) strange.push(error);
                  if (error === undefined) kept.push(index);
                  resolve();
                },
              });
            });
            ends.push(end);
          }
          await Promise.all(ends);
          assert.deepEqual(strange, []);
          assert.deepEqual(told, [...messages.keys()]);
          assert.deepEqual(
            appended,
            [...appended].sort((left, right) => left - right),
          );
          for (const [index, { size }] of messages.entries()) {
            const count = appended.filter((each) => each === index).length;
            // A part of a large message may be there.
            if (kept.includes(index)) assert.equal(count, size);
            else assert.ok(count === 0 || (size > 1000 && count < size), `${count} of ${size} were kept`);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a failing store fails all of a commit, and the next commit goes on', async () => {
    let isBroken = true;
    const appender = new Appender(async () => {
      if (isBroken) throw new ConnectError('STORE_FAILED', 'broken', { retryable: true });
    });
    const first = await Promise.allSettled([add(appender, [item('a')]), add(appender, [item('b')])]);
    assert.ok(first.every((result) => result.status === 'rejected' && result.reason.code === 'STORE_FAILED'));
    isBroken = false;
    await add(appender, [item('c')]);
  });
});
