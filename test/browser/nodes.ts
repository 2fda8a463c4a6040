/**
 * Nodes as an export of the editor holds them, with every property as it is when dropped on the canvas.
 */
import { type ImportDefinition, type ImportName, importNames, imports } from '../../src/contract/index.ts';

/** A node of a flow. */
export type FlowNode = Readonly<Record<string, unknown>>;

/** All types that the package registers. */
export const nodeTypes: readonly string[] = ['connect-config', ...importNames].map((name) => `norce-${name}`);

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
