/**
 * When the process ends, nobody can be told any more what became of the messages that had not ended: the log
 * names the nodes that had them, so that a person can look.
 */

/** Messages under way by the node that has them. */
const underWay = new Map<(text: string) => void, number>();
let isWatching = false;

function tellLog(): void {
  for (const [log, count] of underWay) {
    log(
      `Node-RED has ended while ${count} of this node's messages waited or were under way. Those that waited were not sent; of the others look at the jobs in Norce.`,
    );
  }
}

/**
 * Counts a message until the function that is returned is called.
 *
 * @param log Writes to the log at once; the same function for all messages of a node.
 */
export function beginMessage(log: (text: string) => void): () => void {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', tellLog);
  }
  underWay.set(log, (underWay.get(log) ?? 0) + 1);
  return () => {
    const rest = (underWay.get(log) ?? 0) - 1;
    if (rest > 0) underWay.set(log, rest);
    else underWay.delete(log);
  };
}
