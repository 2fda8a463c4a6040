/**
 * How waits, events and outcomes of batches are claimed before they are told.
 */
import type { Database } from '../driver.ts';

/** A claim, as the callers of the store see it. */
export interface Claim {
  readonly isRepeated: boolean;
}

/** What can be claimed, by table. */
const claimable = { wait: 'id = ?', event: 'id = ? AND told_at IS NULL', batch_outcome: 'id = ?' } as const;

/**
 * Notes that a row is about to be told by an owner.
 *
 * @returns whether an owner that is gone had claimed it before; undefined where there is no such row
 */
export function claim(
  database: Database,
  table: keyof typeof claimable,
  owner: string,
  id: number,
): Claim | undefined {
  const row = database.get<{ claimedBy: string | null; isRepeated: number }>(
    `SELECT claimed_by AS claimedBy, is_repeated AS isRepeated FROM ${table} WHERE ${claimable[table]}`,
    id,
  );
  if (row === undefined) return undefined;
  const isRepeated = row.isRepeated !== 0 || (row.claimedBy !== null && row.claimedBy !== owner);
  database.run(
    `UPDATE ${table} SET claimed_by = ?, is_repeated = ? WHERE id = ?`,
    owner,
    Number(isRepeated),
    id,
  );
  return { isRepeated };
}
