/**
 * What full feeds are compared with: how many items the last one that succeeded had within each bound of its lane.
 */
import type { Baseline, Lane } from '../../feeds.ts';
import type { Database } from '../driver.ts';

interface BoundRow {
  readonly id: number;
  readonly items: number | null;
  readonly requestId: number | null;
}

function boundRow(
  database: Database,
  { scope, import: name, supplierId }: Lane,
  bound: string,
): BoundRow | undefined {
  return database.get<BoundRow>(
    `SELECT id, items, request_id AS requestId FROM feed_bound
     WHERE scope = ? AND import = ? AND supplier_id IS ? AND bound = ?`,
    scope,
    name,
    supplierId,
    bound,
  );
}

/** Carries out {@link FeedStore.baselines}. */
export function baselinesOf(
  database: Database,
  lane: Lane,
  bounds: readonly string[],
): ReadonlyMap<string, Baseline> {
  const baselines = new Map<string, Baseline>();
  for (const bound of bounds) {
    const items = boundRow(database, lane, bound)?.items ?? null;
    if (items !== null) baselines.set(bound, { items });
  }
  return baselines;
}

/**
 * Carries out {@link FeedStore.perhapsTaken}. What is older than the one that succeeded is over, whatever has become of
 * it, unless it is still under way: it was overtaken by that, and may be written after it.
 */
export function perhapsTaken(
  database: Database,
  lane: Lane,
  bounds: readonly string[],
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const bound of bounds) {
    const direct = database.get<{ items: number | null }>(
      `SELECT max(request_count.items) AS items FROM request JOIN request_count
         ON request_count.request_id = request.id AND request_count.bound = ?
       WHERE request.scope = ? AND request.import = ? AND request.supplier_id IS ? AND request.full_file = 1
         AND (request.state = 'open'
           OR EXISTS (SELECT 1 FROM run WHERE run.request_id = request.id AND run.outcome_id IS NULL)
           OR (request.id > ? AND (request.state = 'unknown'
             OR EXISTS (SELECT 1 FROM run WHERE run.request_id = request.id AND run.result = 'unknown'))))`,
      bound,
      lane.scope,
      lane.import,
      lane.supplierId,
      boundRow(database, lane, bound)?.requestId ?? 0,
    );
    const collected = database.get<{ items: number | null }>(
      `SELECT max(feed_count.items) AS items FROM feed JOIN feed_count
         ON feed_count.feed_id = feed.id AND feed_count.bound = ?
       WHERE feed.scope = ? AND feed.import = ? AND feed.supplier_id IS ? AND feed.state <> 'gone'
         AND feed.state = 'sending'`,
      bound,
      lane.scope,
      lane.import,
      lane.supplierId,
    );
    const items = Math.max(direct?.items ?? 0, collected?.items ?? 0);
    if (items > 0) found.set(bound, items);
  }
  return found;
}

/**
 * A full feed has succeeded. Jobs end in any order: one that was sent later counts, also where it ended earlier.
 *
 * @param requestId Of the ledger, whose ids grow in the order in which requests are sent.
 */
export function setBaselines(
  database: Database,
  lane: Lane,
  counts: readonly { readonly bound: string; readonly items: number }[],
  requestId: number,
): void {
  for (const { bound, items } of counts) {
    const known = boundRow(database, lane, bound);
    if (known === undefined) {
      database.run(
        'INSERT INTO feed_bound (scope, import, supplier_id, bound, items, request_id) VALUES (?, ?, ?, ?, ?, ?)',
        lane.scope,
        lane.import,
        lane.supplierId,
        bound,
        items,
        requestId,
      );
    } else if ((known.requestId ?? 0) <= requestId) {
      database.run(
        'UPDATE feed_bound SET items = ?, request_id = ? WHERE id = ?',
        items,
        requestId,
        known.id,
      );
    }
  }
}

/** A job of a request has succeeded: where that was a full feed of its own, the next one is compared with it. */
export function noteSucceeded(database: Database, requestId: number): void {
  const counts = database.all<{ bound: string; items: number }>(
    'SELECT bound, items FROM request_count WHERE request_id = ?',
    requestId,
  );
  if (counts.length === 0) return;
  const lane = database.get<Lane>(
    'SELECT scope, import, supplier_id AS supplierId FROM request WHERE id = ?',
    requestId,
  );
  if (lane !== undefined) setBaselines(database, lane, counts, requestId);
}
