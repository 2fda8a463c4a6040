/**
 * Lines of items as bytes: they are divided and joined without ever being strings, which would cost three times the
 * time and leave as much garbage as there are items.
 */

/** Between lines. */
const lineFeed = 0x0a;
/** Between the key and the text of a line. */
const tab = 0x09;

/** The partition of a line by its key: any even distribution that stays the same will do. FNV-1a. */
function partitionOf(line: Uint8Array, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < line.length && line[index] !== tab; index++) {
    hash = Math.imul(hash ^ (line[index] as number), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

/** How many lines a block has. */
export function lineCount(block: Uint8Array): number {
  if (block.length === 0) return 0;
  let count = 1;
  for (let at = block.indexOf(lineFeed); at >= 0; at = block.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}

/** Lines, or blocks of them, one after the other. Where there is nothing, that is not a line. */
export function joinedLines(lines: readonly Uint8Array[]): Uint8Array {
  const given = lines.filter(({ length }) => length > 0);
  const length = given.reduce((sum, line) => sum + line.length + 1, 0);
  const joined = new Uint8Array(Math.max(0, length - 1));
  let end = 0;
  for (const line of given) {
    if (end > 0) joined[end++] = lineFeed;
    joined.set(line, end);
    end += line.length;
  }
  return joined;
}

/** The lines of blocks by partition, each partition's in the order in which they stand. */
export function dividedByKey(blocks: readonly Uint8Array[], partitions: number): Map<number, Uint8Array> {
  const divided = new Map<number, Uint8Array[]>();
  for (const block of blocks) {
    for (let start = 0; start < block.length; ) {
      const found = block.indexOf(lineFeed, start);
      const end = found < 0 ? block.length : found;
      const line = block.subarray(start, end);
      const partition = partitionOf(line, partitions);
      const known = divided.get(partition);
      if (known === undefined) divided.set(partition, [line]);
      else known.push(line);
      start = end + 1;
    }
  }
  return new Map([...divided].map(([partition, lines]) => [partition, joinedLines(lines)]));
}
