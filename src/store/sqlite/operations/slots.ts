/**
 * Slots of the throttles.
 */
import type { StoredSlot } from '../../store.ts';
import type { Database } from '../driver.ts';
import { type Moment, surelyElapsed } from '../machine-clock.ts';

interface SlotRow {
  readonly id: number;
  readonly ended_wall: number | null;
  readonly ended_uptime: number | null;
}

function endedFor(row: SlotRow, now: Moment, uptimeResolution: number): number | undefined {
  if (row.ended_wall === null || row.ended_uptime === null) return undefined;
  return surelyElapsed({ wall: row.ended_wall, uptime: row.ended_uptime }, now, uptimeResolution);
}

function forget(database: Database, ids: readonly number[]): void {
  for (const id of ids) database.run('DELETE FROM slot WHERE id = ?', id);
}

/** Carries out the calls of {@link SlotStore}. */
export const slotOperations = {
  'slots.load'(
    database: Database,
    throttle: string,
    window: number,
    now: Moment,
    uptimeResolution: number,
  ): readonly StoredSlot[] {
    const slots = database
      .all<SlotRow>('SELECT id, ended_wall, ended_uptime FROM slot WHERE throttle = ? ORDER BY id', throttle)
      .map((row) => ({ id: row.id, endedFor: endedFor(row, now, uptimeResolution) }));
    const counts = (slot: StoredSlot) => slot.endedFor === undefined || slot.endedFor <= window;
    forget(
      database,
      slots.filter((slot) => !counts(slot)).map(({ id }) => id),
    );
    return slots.filter(counts);
  },

  'slots.take'(database: Database, throttle: string): number {
    return database.run('INSERT INTO slot (throttle) VALUES (?)', throttle).id;
  },

  'slots.end'(database: Database, id: number, now: Moment): void {
    database.run('UPDATE slot SET ended_wall = ?, ended_uptime = ? WHERE id = ?', now.wall, now.uptime, id);
  },

  'slots.forget': forget,
};
