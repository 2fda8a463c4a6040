/**
 * When the process ends, nobody can be told any more what became of the messages that had not ended: the log
 * gets the results that had no receiver yet, and names the nodes that still had messages, so that a person can look.
 */

/** A node that takes messages. */
export interface MessageTaker {
  /** Messages that have not ended. */
  readonly underWay: number;
  /** Writes to the log at once. */
  log(text: string): void;
}

const takers = new Set<MessageTaker>();
/** What is known and has not been told. */
const untold = new Set<() => void>();
let isWatching = false;

function tellLog(): void {
  for (const tell of untold) tell();
  for (const taker of takers) {
    if (taker.underWay === 0) continue;
    taker.log(
      `Node-RED has ended while ${taker.underWay} of this node's messages waited or were under way. Those that waited were not sent; of the others look at the jobs in Norce.`,
    );
  }
}

function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', tellLog);
}

/** Has a node named when the process ends while it has messages, until the function that is returned is called. */
export function nameAtExit(taker: MessageTaker): () => void {
  watchExit();
  takers.add(taker);
  return () => takers.delete(taker);
}

/** Calls back when the process ends, at once and without waiting, unless the function that is returned is called before. */
export function tellAtExit(tell: () => void): () => void {
  watchExit();
  untold.add(tell);
  return () => untold.delete(tell);
}
