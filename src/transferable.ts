/**
 * Bytes on their way from thread to thread, and what becomes of their memory.
 */

/** How deep in what is sent bytes stand at most: in a block of what a message brings to a feed, an argument of a call. */
const deepest = 5;

/**
 * The buffers of a message that can be handed over instead of being copied: those of bytes that have one to
 * themselves. Whoever hands them over sees them empty from then on.
 */
export function transferable(message: unknown, depth = 0): ArrayBuffer[] {
  if (message instanceof Uint8Array) {
    const { buffer, byteLength } = message;
    return buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength
      ? [buffer]
      : [];
  }
  if (depth === deepest || typeof message !== 'object' || message === null) return [];
  return Object.values(message).flatMap((value) => transferable(value, depth + 1));
}

/**
 * Gives back the memory of a message's bytes, which nobody needs any more. The garbage collector of a thread would do so too, but
 * lets up to 64 MB of it gather first. Whoever looks at them sees them empty from then on.
 */
export function giveBack(message: unknown): void {
  for (const buffer of transferable(message)) buffer.transfer(0);
}
