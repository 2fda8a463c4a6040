/**
 * Collects what an author should know although everything was sent.
 */
import type { PrepareWarning } from './types.ts';

/** Warnings of one message: one per text, with the number of items it concerns. */
export class Warnings {
  readonly #counts = new Map<string, PrepareWarning>();

  /** Notes a warning, or counts it on. */
  add(code: string, message: string, count = 1): void {
    const known = this.#counts.get(message);
    this.#counts.set(message, { code, message, count: (known?.count ?? 0) + count });
  }

  /** All warnings, in the order in which they first came up. */
  list(): PrepareWarning[] {
    return [...this.#counts.values()];
  }
}
