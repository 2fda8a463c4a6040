/**
 * Finds the node that a deploy has put in the place of a closed one, so that what arrives late is not lost.
 */
import type { Node, NodeAPI } from 'node-red';

/** Longest time in ms that a deploy takes; Node-RED gives nodes 15 s to close. */
const longestDeploy = 20_000;

/** The end of the deploy under way; one for all nodes that it closes. */
const deploys = new WeakMap<object, Promise<void>>();

/** Remembers that a deploy is under way. Call it while a node closes. */
export function noteDeploy(RED: NodeAPI): void {
  if (deploys.has(RED.events)) return;
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
}

/**
 * The node that runs under an id now, or when the deploy under way has ended: before the flows have started
 * again, its wires lead nowhere. Undefined when it is gone. Ask when there is something to send, because each
 * deploy puts another node in its place.
 */
export async function successorOf(RED: NodeAPI, id: string): Promise<Node | undefined> {
  await deploys.get(RED.events);
  return (RED.nodes.getNode(id) as Node | null | undefined) ?? undefined;
}
