/**
 * When the process ends, nobody can be told any more what became of the messages that had not ended: the log
 * gets the results that had no receiver yet, and names the nodes that still had messages, so that a person can look.
 */

/** Messages under way by the node that has them. */
const underWay = new Map<(text: string) => void, number>();
/** What is known and has not been told. */
const untold = new Set<() => void>();
let isWatching = false;

function tellLog(): void {
  for (const tell of untold) tell();
  for (const [log, count] of underWay) {
    log(
      `Node-RED has ended while ${count} of this node's messages waited or were under way. Those that waited were not sent; of the others look at the jobs in Norce.`,
    );
  }
}

function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', tellLog);
}

/**
 * Counts a message until the function that is returned is called.
 *
 * @param log Writes to the log at once; the same function for all messages of a node.
 */
export function beginMessage(log: (text: string) => void): () => void {
  watchExit();
  underWay.set(log, (underWay.get(log) ?? 0) + 1);
  return () => {
    const rest = (underWay.get(log) ?? 0) - 1;
    if (rest > 0) underWay.set(log, rest);
    else underWay.delete(log);
  };
}

/** Calls back when the process ends, at once and without waiting, unless the function that is returned is called before. */
export function tellAtExit(tell: () => void): () => void {
  watchExit();
  untold.add(tell);
  return () => untold.delete(tell);
}
