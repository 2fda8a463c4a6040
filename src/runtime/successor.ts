/**
 * Finds the node that a deploy has put in the place of a closed one, so that what arrives late is not lost.
 */
import type { Node, NodeAPI } from 'node-red';

/** Longest time in ms that a deploy takes; Node-RED gives nodes 15 s to close. */
const longestDeploy = 20_000;

/** The end of the deploy under way; one for all nodes that it closes. */
const deploys = new WeakMap<object, Promise<void>>();

function deployEnded(RED: NodeAPI): Promise<void> {
  const known = deploys.get(RED.events);
  if (known !== undefined) return known;
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      RED.events.off('flows:started', finish);
      deploys.delete(RED.events);
      resolve();
    };
    const timer = setTimeout(finish, longestDeploy);
    timer.unref();
    RED.events.once('flows:started', finish);
  });
  deploys.set(RED.events, ended);
  return ended;
}

/**
 * The node that runs under the same id when the deploy has ended; undefined when it is gone. Call it while
 * the node closes: before the flows have started again, its wires lead nowhere.
 */
export async function successorOf(RED: NodeAPI, id: string): Promise<Node | undefined> {
  await deployEnded(RED);
  return (RED.nodes.getNode(id) as Node | null | undefined) ?? undefined;
}
