import assert from 'node:assert/strict';
import fc from 'fast-check';

/**
 * Runs a property for `rounds` rounds, and again until `seen()` says that at least `fewest` of them met what the
 * test is about. Which inputs chance brings must not decide whether a test passes, and a property whose inputs
 * hardly ever meet the case says little.
 */
export async function enoughRounds<Values>(
  property: fc.IAsyncProperty<Values>,
  { rounds, seen, fewest }: { rounds: number; seen: () => number; fewest: number },
): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    await fc.assert(property, { numRuns: rounds, endOnFailure: true });
    if (seen() >= fewest) return;
  }
  assert.fail(`only ${seen()} cases were met in ${10 * rounds} rounds, not ${fewest}: the test says little`);
}
