/**
 * Core nodes that remember the messages they get, and tell them over HTTP: for flows in a Node-RED of their own.
 */
import type { FlowNodes, NodeRed } from './node-red.ts';

/** Nodes that remember what reaches the node with the given id. */
export function recorder(id: string, tab: string): FlowNodes {
  const place = { z: tab, x: 1, y: 1 };
  const remember = `const seen = flow.get('${id}') || []; const { req, res, ...rest } = msg; seen.push(rest); flow.set('${id}', seen);`;
  return [
    { ...place, id, type: 'function', func: remember, outputs: 0, wires: [] },
    { ...place, id: `${id}-in`, type: 'http in', url: `/seen/${id}`, method: 'get', wires: [[`${id}-tell`]] },
    {
      ...place,
      id: `${id}-tell`,
      type: 'function',
      func: `msg.payload = flow.get('${id}') || []; return msg;`,
      outputs: 1,
      wires: [[`${id}-out`]],
    },
    { ...place, id: `${id}-out`, type: 'http response', wires: [] },
  ];
}

/** What has reached the node so far. */
export async function seenIn<Message>(nodeRed: NodeRed, id: string): Promise<readonly Message[]> {
  const answer = await fetch(`${nodeRed.url}/seen/${id}`);
  return (await answer.json()) as readonly Message[];
}
