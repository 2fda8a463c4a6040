/**
 * What records have in common: the fields of the first slice of an item, or of the FullFile request of a feed.
 */
import type { ListOutline } from '../contract/outline.ts';
import { bitOf } from './field-plan.ts';
import type { Preparation } from './preparation.ts';
import { joinRequirements, nodesIn, type RecordNode, type Requirements, Uncuttable } from './record-tree.ts';

/** Requirements as text: most values of a feed require the same. */
function textOf(requirements: Requirements): string {
  return JSON.stringify([...requirements].sort(([left], [right]) => left - right));
}

/** What was found out about some of the records, as plain JSON: null for a list that has no record yet. */
export interface CommonNotes {
  readonly carried: readonly (number | null)[];
  readonly birth: readonly number[];
  readonly parts: readonly number[];
  /** By list: each bit with what one of its values requires. */
  readonly values: readonly (readonly (readonly [bit: number, requirements: string])[])[];
  /** Why one of them cannot be cut at all; null where all can. */
  readonly uncuttable: string | null;
}

/** Takes in the records of one request, and says which fields all of them carry. */
export class CommonFields {
  readonly #preparation: Preparation;
  /** Per header list; undefined where it has no record yet. */
  readonly #carried: (number | undefined)[];
  readonly #birth: number[];
  readonly #parts: number[];
  /** By list and bit, what the values in the field require. */
  readonly #values: Map<number, Map<string, Requirements>>[];
  #uncuttable: string | null = null;

  constructor(preparation: Preparation) {
    const { lists } = preparation.outline;
    this.#preparation = preparation;
    this.#carried = lists.map(() => undefined);
    this.#birth = lists.map(() => 0);
    this.#parts = lists.map(() => 0);
    this.#values = lists.map(() => new Map());
  }

  /** Takes in an item with all its records. */
  add(root: RecordNode): void {
    const { skipped } = this.#preparation.plan;
    for (const { list, carried, birth, parts, values } of nodesIn(root)) {
      if (list === -1) continue;
      this.#carried[list] = (this.#carried[list] ?? -1) & (carried | (skipped[list] ?? 0));
      this.#birth[list] = (this.#birth[list] ?? 0) | birth;
      this.#parts[list] = (this.#parts[list] ?? 0) | parts;
      for (const [bit, requirements] of values) this.#require(list, bit, requirements);
    }
  }

  /** Takes in that an item cannot be cut. */
  addUncuttable(reason: string): void {
    this.#uncuttable ??= reason;
  }

  /** What it knows, to be taken in by another one. */
  get notes(): CommonNotes {
    return {
      carried: this.#carried.map((mask) => mask ?? null),
      birth: [...this.#birth],
      parts: [...this.#parts],
      values: this.#values.map((values) =>
        [...values].flatMap(([bit, required]) => [...required.keys()].map((text) => [bit, text] as const)),
      ),
      uncuttable: this.#uncuttable,
    };
  }

  /** Takes in what another one knows. */
  addNotes({ carried, birth, parts, values, uncuttable }: CommonNotes): void {
    if (uncuttable !== null) this.addUncuttable(uncuttable);
    for (const [list, mask] of carried.entries()) {
      if (mask !== null) this.#carried[list] = (this.#carried[list] ?? -1) & mask;
      this.#birth[list] = (this.#birth[list] ?? 0) | (birth[list] ?? 0);
      this.#parts[list] = (this.#parts[list] ?? 0) | (parts[list] ?? 0);
      for (const [bit, text] of values[list] ?? []) {
        this.#require(list, bit, new Map(JSON.parse(text) as [number, number][]));
      }
    }
  }

  /**
   * The common fields per header list, whatever the order in which the records came.
   *
   *
   * @throws {Uncuttable} where an item cannot be cut, or a field that the first request needs is not common.
   */
  masks(): readonly number[] {
    if (this.#uncuttable !== null) throw new Uncuttable(this.#uncuttable);
    const masks = this.#carried.map((mask) => mask ?? 0);
    let joint: Requirements = new Map();
    for (const [list, values] of this.#values.entries()) {
      for (const [bit, required] of [...values].sort(([left], [right]) => left - right)) {
        if (((masks[list] ?? 0) & bit) === 0) continue;
        const all = [...required.values()].reduce<Requirements | undefined>(
          (known, next) => known && joinRequirements(known, next, this.#preparation.plan),
          joint,
        );
        if (all === undefined) masks[list] = (masks[list] ?? 0) & ~bit;
        else joint = all;
      }
    }
    for (const list of this.#preparation.outline.lists) {
      const missing = (this.#birth[list.index] ?? 0) & ~(masks[list.index] ?? 0);
      if (missing !== 0) throw new Uncuttable(neededFirst(list, missing));
    }
    return masks;
  }

  /** Whether any field but keys is common. */
  areWritten(masks: readonly number[]): boolean {
    const { root } = this.#preparation.outline;
    const isAlways = [...root.fields.values()].some(({ definition }) => definition.unlisted === 'required');
    return isAlways || masks.some((mask, list) => (mask & (this.#parts[list] ?? 0)) !== 0);
  }

  #require(list: number, bit: number, requirements: Requirements): void {
    const values = this.#values[list];
    const known = values?.get(bit) ?? new Map<string, Requirements>();
    known.set(textOf(requirements), requirements);
    values?.set(bit, known);
  }
}

function neededFirst(list: ListOutline, missing: number): string {
  const names = list.slots.filter((slot) => (missing & bitOf(slot)) !== 0).map((slot) => slot.write.name);
  return `The first of several requests has to write ${names.join(', ')} of ${list.name}, else a new record would not get it or a price would be active until it came; and it writes only what all records carry.`;
}
