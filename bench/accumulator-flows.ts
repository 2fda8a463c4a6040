/**
 * Flows in which something is collected: by an accumulator, and by Node-RED's own join node.
 */
import { connectionTo, type FlowNode, functionNode, onTab, type Wiring, withTab } from './flows.ts';
import type { SimulatorAccess } from './processes/simulator.ts';

/** Property of the global context that everything that leaves is handed to, with the name of the way it took. */
export const leavingReceiver = 'left';

/** By which way something left the flow. */
export type Way = 'batch' | 'rejected' | 'outcome' | 'accepted' | 'not sent' | 'joined' | 'error';

/** Node ids. */
export const collectorId = 'collector';
export const importId = 'import';
/** A node that sends stock changes in one go, each as a message of its own, as many as `msg.payload` says. */
export const sourceId = 'source';
/** Property of the global context that makes them by their number. */
export const changeMaker = 'changeOf';

/** Only the size limit decides how many requests there are. */
const unlimitedItems = 1_000_000;
/** Twice what is ever collected here. */
const mostItems = 2_000_000;
const mostMegabytes = 1000;

function exit(id: string, way: Way): FlowNode {
  const code = `global.get('${leavingReceiver}')('${way}', msg);`;
  return functionNode(id, [], code);
}

const source = functionNode(
  sourceId,
  [collectorId],
  `const changeOf = global.get('${changeMaker}');
for (let index = 0; index < msg.payload; index++) node.send({ payload: changeOf(index) });`,
);

const caught = [exit('error', 'error'), onTab('catch', 'catch', ['error'], { scope: null, uncaught: false })];

/**
 * An accumulator of stock and the import node that takes its batches.
 *
 * @param collection What another round has left in its own does not disturb this one.
 */
export function accumulatorWiring(
  access: SimulatorAccess,
  collection: string,
  fullFile: 'no' | 'yes',
): Wiring {
  const { node: connection, credentials } = connectionTo(access, unlimitedItems);
  const accumulator = onTab(collectorId, 'norce-accumulator', [], {
    connection: 'connection',
    import: 'import-onhands',
    collection,
    fullFile,
    mostItems,
    mostMegabytes,
    wires: [[importId, 'batch'], ['rejected'], ['outcome']],
  });
  const node = onTab(importId, 'norce-import-onhands', [], {
    connection: 'connection',
    wires: [['accepted'], ['not-sent']],
  });
  return {
    flows: withTab(
      connection,
      source,
      accumulator,
      node,
      exit('batch', 'batch'),
      exit('rejected', 'rejected'),
      exit('outcome', 'outcome'),
      exit('accepted', 'accepted'),
      exit('not-sent', 'not sent'),
      ...caught,
    ),
    credentials,
    entry: collectorId,
  };
}

/** The join node that puts so many messages into one array. */
export function joinWiring(messages: number): Wiring {
  const join = onTab(collectorId, 'join', ['joined'], {
    mode: 'custom',
    build: 'array',
    property: 'payload',
    propertyType: 'msg',
    accumulate: false,
    count: String(messages),
    timeout: '',
  });
  return {
    flows: withTab(source, join, exit('joined', 'joined'), ...caught),
    credentials: {},
    entry: collectorId,
  };
}
