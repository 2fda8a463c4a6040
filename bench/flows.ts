/**
 * The same job wired twice: with an import node, and from the nodes that Node-RED brings.
 */
import type { SimulatorAccess } from './processes/simulator.ts';

/** A node as flows hold it. */
export type FlowNode = Readonly<Record<string, unknown>>;

/** A flow with its credentials, and where its message goes in. */
export interface Wiring {
  readonly flows: readonly FlowNode[];
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Id of the node that takes the message. */
  readonly entry: string;
}

/** Property of the global context that each answer and each error is handed to. */
export const answerReceiver = 'answerReceived';

/** Items in one request: few enough requests that no flow has to wait for the next minute. */
export const itemsPerRequest = 5000;

const accountId = 10_000;

export function onTab(id: string, type: string, next: readonly string[], more: FlowNode): FlowNode {
  return { id, type, z: 'tab', x: 100, y: 100, wires: next.length === 0 ? [] : [next], ...more };
}

export function functionNode(id: string, next: readonly string[], code: string): FlowNode {
  return onTab(id, 'function', next, { func: code, outputs: next.length, libs: [] });
}

export function withTab(...nodes: readonly FlowNode[]): FlowNode[] {
  return [{ id: 'tab', type: 'tab', label: 'Stock' }, ...nodes];
}

/** Hands over what comes out of a flow, and every error in it. */
const ending = [
  functionNode('answered', [], `global.get('${answerReceiver}')(msg);`),
  onTab('catch', 'catch', ['answered'], { scope: null, uncaught: false }),
];

/** The connection to a local Connect, with its credentials. */
export function connectionTo(
  { connectUrl, tokenUrl, clientId, clientSecret }: SimulatorAccess,
  maximumItems: number,
): { readonly node: FlowNode; readonly credentials: Wiring['credentials'] } {
  const node = {
    id: 'connection',
    type: 'norce-connect-config',
    addressMode: 'own',
    connectUrl,
    tokenUrl,
    environment: 'playground',
    accountId: String(accountId),
    maximumItems,
  };
  return { node, credentials: { connection: { clientId, clientSecret } } };
}

/** The import node with its connection. */
export function importWiring(access: SimulatorAccess): Wiring {
  const { node: connection, credentials } = connectionTo(access, itemsPerRequest);
  const node = onTab('import', 'norce-import-onhands', [], {
    connection: 'connection',
    wires: [['answered'], ['answered']],
  });
  return {
    flows: withTab(connection, node, ...ending),
    credentials,
    entry: 'import',
  };
}

/** Numbers of the fields that a header can list. */
const listNumbers = {
  OnhandValue: 3,
  IncomingValue: 4,
  NextDeliveryDate: 5,
  LeadTimeDayCount: 6,
  OnOrderValue: 7,
  MinimumValue: 8,
  MaximumValue: 9,
  IsActive: 10,
  Infos: 11,
};

/** Function, http request, split, delay: as an integrator would wire it, with one token for the message. */
export function coreWiring({ connectUrl, tokenUrl, clientId, clientSecret }: SimulatorAccess): Wiring {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: 'playground',
  };
  const header = functionNode(
    'header',
    ['token'],
    `const numbers = ${JSON.stringify(listNumbers)};
const listed = new Set();
for (const item of msg.payload) {
    for (const name of Object.keys(item)) if (numbers[name]) listed.add(numbers[name]);
}
msg.importHeader = JSON.stringify({ AccountId: ${accountId}, SkuOnhandFieldsThatAreSet: [...listed] });
msg.items = msg.payload;
msg.headers = { 'content-type': 'application/x-www-form-urlencoded' };
msg.payload = ${JSON.stringify(form)};
return msg;`,
  );
  const bearer = functionNode(
    'bearer',
    ['split'],
    `msg.headers = {
    'authorization': 'Bearer ' + msg.payload.access_token,
    'content-type': 'application/json; charset=utf-8',
    'X-StormConnect-Header': msg.importHeader,
};
msg.payload = msg.items;
delete msg.items;
delete msg.importHeader;
return msg;`,
  );
  const request = (id: string, next: string, url: string) =>
    onTab(id, 'http request', [next], { method: 'POST', url, ret: 'obj', paytoqs: 'ignore', senderr: false });
  return {
    flows: withTab(
      header,
      request('token', 'bearer', tokenUrl),
      bearer,
      onTab('split', 'split', ['delay'], {
        splt: '\\n',
        spltType: 'str',
        arraySplt: itemsPerRequest,
        arraySpltType: 'len',
      }),
      onTab('delay', 'delay', ['post'], {
        pauseType: 'rate',
        rate: '60',
        nbRateUnits: '1',
        rateUnits: 'minute',
        drop: false,
        outputs: 1,
      }),
      request('post', 'answered', `${connectUrl}/Product/ImportOnhands`),
      ...ending,
    ),
    credentials: {},
    entry: 'header',
  };
}

/** Where a message goes nowhere, to see what its items alone take. */
export function emptyWiring(): Wiring {
  return { flows: withTab(functionNode('end', [], '')), credentials: {}, entry: 'end' };
}
