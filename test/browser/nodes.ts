/**
 * Nodes as an export of the editor holds them, with every property as it is when dropped on the canvas.
 */
import { type ImportDefinition, type ImportName, importNames, imports } from '../../src/contract/index.ts';

/** A node of a flow. */
export type FlowNode = Readonly<Record<string, unknown>>;

/** All types that the package registers. */
export const nodeTypes: readonly string[] = [
  'connect-config',
  ...importNames,
  'accumulator',
  'job-status',
  'job-restart',
  'event',
].map((name) => `norce-${name}`);

/** A connection. */
export function connectionNode(id: string, properties: FlowNode = {}): FlowNode {
  return {
    id,
    type: 'norce-connect-config',
    name: '',
    addressMode: 'norce',
    customer: 'acme',
    region: 'se',
    environment: 'playground',
    connectUrl: '',
    tokenUrl: '',
    authentication: 'oauth2',
    dryRun: false,
    proxy: '',
    tls: '',
    scope: '',
    accountId: '10000',
    requestsPerMinute: 60,
    applicationId: '',
    maximumItems: 1000,
    maximumBytes: 10000000,
    timeout: 120,
    deadline: 600,
    jobLimit: 24,
    ...properties,
  };
}

/** An import node. */
export function importNode(
  id: string,
  name: ImportName,
  connection: string,
  properties: FlowNode = {},
): FlowNode {
  const { fullFile, supplier }: ImportDefinition = imports[name];
  return {
    id,
    type: `norce-${name}`,
    name: '',
    connection,
    ...(supplier ? { supplierId: '' } : {}),
    accountId: '',
    ...(fullFile ? { fullFile: 'no' } : {}),
    ...(fullFile?.disputed ? { fullFileUnderstood: false } : {}),
    fieldMode: 'carried',
    fieldChoice: {},
    clear: {},
    switches: {},
    unknownProperties: 'reject',
    dryRun: false,
    x: 300,
    y: 100,
    wires: [[], []],
    ...properties,
  };
}

/** An accumulator. */
export function accumulatorNode(id: string, connection: string, properties: FlowNode = {}): FlowNode {
  return {
    id,
    type: 'norce-accumulator',
    name: '',
    connection,
    import: 'import-products',
    collection: `collection of ${id}`,
    fullFile: 'no',
    fullFileUnderstood: false,
    shrinkage: '',
    identity: '',
    supplierId: '',
    accountId: '',
    unknownProperties: 'reject',
    releaseMinutes: '60',
    releaseItems: '',
    releaseKilobytes: '',
    schedulePattern: '',
    scheduleZone: '',
    follows: [],
    mostItems: '',
    mostMegabytes: '',
    fieldMode: 'carried',
    fieldChoice: {},
    clear: {},
    switches: {},
    x: 300,
    y: 500,
    wires: [[], [], []],
    ...properties,
  };
}

const jobId = { jobId: 'norce.jobId', jobIdType: 'msg' };

/** A job status node. */
export function jobStatusNode(id: string, connection: string, properties: FlowNode = {}): FlowNode {
  return {
    id,
    type: 'norce-job-status',
    name: '',
    connection,
    mode: 'wait',
    ...jobId,
    limit: '',
    x: 300,
    y: 200,
    wires: [[], [], []],
    ...properties,
  };
}

/** A job restart node. */
export function jobRestartNode(id: string, connection: string, properties: FlowNode = {}): FlowNode {
  return {
    id,
    type: 'norce-job-restart',
    name: '',
    connection,
    ...jobId,
    x: 300,
    y: 300,
    wires: [[]],
    ...properties,
  };
}

/** An event node. */
export function eventNode(id: string, connection: string, properties: FlowNode = {}): FlowNode {
  return {
    id,
    type: 'norce-event',
    name: '',
    connection,
    event: 'JobCompletedEvent',
    path: 'norce/job-completed',
    header: 'x-norce-secret',
    x: 300,
    y: 400,
    wires: [[]],
    ...properties,
  };
}

/** Names of the sets of the nodes beside the imports. */
export const otherNames = ['accumulator', 'job-status', 'job-restart', 'event'] as const;

/** One of each node beside the imports, under the name of its set. */
export function otherNodes(connection: string): readonly FlowNode[] {
  return [
    accumulatorNode('accumulator', connection),
    jobStatusNode('job-status', connection),
    jobRestartNode('job-restart', connection),
    eventNode('event', connection),
  ];
}

/** A node without its place on the canvas. */
export function propertiesOf(nodes: readonly FlowNode[], id: string): FlowNode {
  const { x: _x, y: _y, z: _z, wires: _wires, ...properties } = nodes.find((node) => node.id === id) ?? {};
  return properties;
}
