/**
 * Lines of items as bytes: they are divided and joined without ever being strings, which would cost three times the
 * time and leave as much garbage as there are items.
 */

/** Between lines. */
const lineFeed = 0x0a;
/** Between the key and the text of a line. */
const tab = 0x09;

/** FNV-1a: any even distribution will do, as long as it stays the same in all versions. */
const firstHash = 0x811c9dc5;
const prime = 0x01000193;

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

/** Where the lines of a block begin, end and belong. Numbers in lists of their kind: nothing is made for each line. */
interface Division {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** The partition of each. */
  readonly places: Uint32Array;
}

/** Finds the lines of a block, and the partition of each by its key. */
function division(block: Uint8Array, partitions: number): Division {
  const count = lineCount(block);
  const found = {
    starts: new Uint32Array(count),
    ends: new Uint32Array(count),
    places: new Uint32Array(count),
  };
  let at = 0;
  for (let line = 0; line < count; line++) {
    found.starts[line] = at;
    let hash = firstHash;
    for (; at < block.length; at++) {
      const byte = block[at] as number;
      if (byte === tab || byte === lineFeed) break;
      hash = Math.imul(hash ^ byte, prime);
    }
    const end = block.indexOf(lineFeed, at);
    at = end < 0 ? block.length : end;
    if (at === found.starts[line]) throw new Error('A line without a key cannot be divided.');
    found.ends[line] = at;
    found.places[line] = (hash >>> 0) % partitions;
    at += 1;
  }
  return found;
}

/**
 * The lines of blocks by partition, each partition's in the order in which they stand. None of them is empty.
 *
 * @throws Error where one is empty
 */
export function dividedByKey(blocks: readonly Uint8Array[], partitions: number): Map<number, Uint8Array> {
  const divisions = blocks.map((block) => division(block, partitions));
  // A line feed follows each line but the last.
  const lengths = new Uint32Array(partitions);
  for (const { starts, ends, places } of divisions) {
    for (let line = 0; line < places.length; line++) {
      const partition = places[line] as number;
      lengths[partition] =
        (lengths[partition] as number) + (ends[line] as number) - (starts[line] as number) + 1;
    }
  }
  const divided = new Map<number, Uint8Array>();
  for (const [partition, length] of lengths.entries()) {
    if (length > 0) divided.set(partition, new Uint8Array(length - 1));
  }
  const filled = new Uint32Array(partitions);
  for (const [index, block] of blocks.entries()) {
    const { starts, ends, places } = divisions[index] as Division;
    for (let line = 0; line < places.length; line++) {
      const partition = places[line] as number;
      const lines = divided.get(partition) as Uint8Array;
      const text = block.subarray(starts[line], ends[line]);
      let to = filled[partition] as number;
      if (to > 0) lines[to++] = lineFeed;
      lines.set(text, to);
      filled[partition] = to + text.length;
    }
  }
  return divided;
}
