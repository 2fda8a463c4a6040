/**
 * Texts as the bytes that go from thread to thread.
 */

/** A text in UTF-8, in a buffer of its own, so that it can be handed over. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The other way round. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
