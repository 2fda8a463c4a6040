/**
 * Finds the name that somebody most likely meant.
 */

/** Levenshtein distance of two words, in single-character edits. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let line = 1; line <= left.length; line++) {
    const next = [line];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (row[column - 1] ?? 0) + (left[line - 1] === right[column - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** Longer words are no typing mistakes of ours, and would cost time. */
const longestWord = 60;

/** The known name nearest to a wrong one, letter case aside; undefined when none is near. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  if (wrong.length > longestWord) return undefined;
  const lower = wrong.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(lower.length / 3)) + 1;
  for (const name of known) {
    const edits = distance(lower, name.toLowerCase());
    if (edits < least) {
      least = edits;
      best = name;
    }
  }
  return best;
}
