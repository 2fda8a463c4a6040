/**
 * Tries to have the appender lose, mix up or half-tell what it was given.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Appender } from '../../src/accumulator/appender.ts';
import { ConnectError } from '../../src/errors.ts';
import type { NewBlock } from '../../src/store/index.ts';

function item(key: string, size = 10) {
  return { key, text: JSON.stringify({ key, fill: 'ö'.repeat(size) }) };
}

function keysOf({ lines }: NewBlock): string[] {
  return lines.split('\n').map((line) => line.split('\t')[0] as string);
}

describe('accumulator: appender', () => {
  it('messages that come together share a commit; a lone one has its own', async () => {
    const blocks: NewBlock[] = [];
    const appender = new Appender(async (block) => blocks.push(block));
    await Promise.all(Array.from({ length: 500 }, (_, number) => appender.add([item(`${number}`)], null)));
    assert.ok(blocks.length <= 2, `${blocks.length} commits`);
    await appender.add([item('alone')], null);
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
            await appender.add(items, supplierId);
            const there = new Set(blocks.flatMap(keysOf));
            for (const { key } of items) assert.ok(there.has(key), `${key} was told before it was there`);
          }),
        );
        assert.deepEqual(
          blocks.flatMap(keysOf),
          given.flatMap(({ items }) => items.map(({ key }) => key)),
        );
        for (const block of blocks) {
          const lines = block.lines.split('\n');
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
        appender.add(
          Array.from({ length: count }, (_, each) => item(`${index}-${each}`)),
          null,
        ),
      ),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
  });

  it('a failing store fails all of a commit, and the next commit goes on', async () => {
    let isBroken = true;
    const appender = new Appender(async () => {
      if (isBroken) throw new ConnectError('STORE_FAILED', 'broken', { retryable: true });
    });
    const first = await Promise.allSettled([
      appender.add([item('a')], null),
      appender.add([item('b')], null),
    ]);
    assert.ok(first.every((result) => result.status === 'rejected' && result.reason.code === 'STORE_FAILED'));
    isBroken = false;
    await appender.add([item('c')], null);
  });
});
