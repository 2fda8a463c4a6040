/**
 * Notes while an item is walked which fields the records of each header list carry.
 */
import type { ImportOutline, ListOutline } from '../contract/outline.ts';
import type { FieldPlan } from './field-plan.ts';

/** Of a list that is not named no field differs. */
const nowhere: readonly number[] = Object.freeze([]);

/** Masks by header list: the fields that any record carries, and those that all of them do. */
export class CarriedNotes {
  /** -1 where no record that the list governs was noted. */
  readonly any: number[];
  /** Made with the second record of a list: most items are one record. */
  #all: number[] | undefined;
  readonly #plan: FieldPlan;

  constructor({ lists }: ImportOutline, plan: FieldPlan) {
    this.any = new Array<number>(lists.length).fill(-1);
    this.#plan = plan;
  }

  /** Notes the fields of one record. Fields that are to be cleared count as carried. */
  add({ index }: ListOutline, mask: number): void {
    const known = this.any[index] ?? -1;
    const carried = mask | (this.#plan.clear[index] ?? 0);
    if (known !== -1) {
      this.#all ??= [...this.any];
      this.#all[index] = (this.#all[index] ?? 0) & carried;
    } else if (this.#all !== undefined) this.#all[index] = carried;
    this.any[index] = known === -1 ? carried : known | carried;
  }

  /**
   * Fields that some records carry and others lack; those that Connect skips when empty make no difference. Empty
   * where there are none.
   */
  differing(): readonly number[] {
    const all = this.#all;
    if (all === undefined || this.any.every((mask, index) => mask === all[index])) return nowhere;
    return this.any.map((mask, index) => (mask ^ (all[index] ?? 0)) & ~(this.#plan.skipped[index] ?? 0));
  }
}
