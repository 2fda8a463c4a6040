/**
 * Records of one kind under their keys.
 */
import type { PlainRecord } from '../shapes.ts';

/** Records of one kind, under keys made by {@link keyOf}. */
export class Table {
  readonly #records = new Map<string, PlainRecord>();

  /** The record under a key, undefined when there is none. */
  find(key: string): PlainRecord | undefined {
    return this.#records.get(key);
  }

  /** Puts a record under a key, in place of what was there. */
  put(key: string, record: PlainRecord): void {
    this.#records.set(key, record);
  }

  /** Takes a record out. */
  remove(key: string): void {
    this.#records.delete(key);
  }

  /** Every record with its key, in the order of creation. */
  entries(): IterableIterator<[string, PlainRecord]> {
    return this.#records.entries();
  }

  /** How many records there are. */
  get size(): number {
    return this.#records.size;
  }

  /** Forgets every record. */
  clear(): void {
    this.#records.clear();
  }
}

/** The key under which a record of these values stands: joined by `|`, one inside a value is escaped. */
export function keyOf(...parts: readonly unknown[]): string {
  return parts
    .map((part) =>
      String(part ?? '')
        .trim()
        .replaceAll('|', '\\|'),
    )
    .join('|');
}

/** A text that carries something, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
