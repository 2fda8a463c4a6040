/**
 * The config node: one customer's connection, shared by all nodes that name it.
 */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Connection, processRegistry } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { registerTestRoute } from './admin.ts';
import type { NodeProperties } from './config-values.ts';
import { type ConnectionConfig, connectionConfig } from './connection-config.ts';
import { networkConfig } from './network-config.ts';
import { type Services, servicesOf } from './services.ts';

/** Type name of the config node. */
export const connectConfigType = 'norce-connect-config';

/** A usable connection with what it gives to its nodes. */
export interface OpenConnection extends Omit<ConnectionConfig, 'settings' | 'jobLimit'> {
  readonly connection: Connection;
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The config node as other nodes see it. */
export interface ConnectConfigNode extends Node<Credentials> {
  /** @throws ConnectError that says what is wrong with the settings. */
  open(): OpenConnection;
}

function construct(this: ConnectConfigNode, definition: NodeDef, RED: NodeAPI): void {
  RED.nodes.createNode(this, definition);
  const registry = processRegistry();
  let opened: OpenConnection | undefined;
  let problem: Error | undefined;
  try {
    const properties = definition as unknown as NodeProperties;
    const network = networkConfig(RED, properties);
    const { settings, jobLimit, ...rest } = connectionConfig(properties, { ...this.credentials }, network);
    const services = servicesOf(RED);
    const connection = registry.acquire(settings, services.store.slots);
    opened = { connection, ...rest };
    this.on('close', followJobs(this, services, connection, jobLimit));
    // In a dry run nothing is sent, batches of other nodes neither.
    if (!rest.dryRun) this.on('close', services.sender.join(connection, this.id));
  } catch (thrown) {
    problem = asError(thrown);
    this.error(problem.message);
  }
  this.open = () => {
    if (opened === undefined)
      throw problem ?? new ConnectError('CONNECTION_CLOSED', 'The connection is closed.');
    return opened;
  };
  this.on('close', () => {
    if (opened !== undefined) registry.release(opened.connection);
    opened = undefined;
  });
}

/** Follows the jobs of the node's Connect until the function that is returned is called. */
function followJobs(
  node: Node,
  { store, tracker }: Services,
  connection: Connection,
  jobLimit: number,
): () => void {
  const leave = tracker.join(connection, jobLimit);
  let lastCode: string | undefined;
  const stopListening = tracker.onTrouble((scope, error) => {
    if (scope !== connection.scope) return;
    const code = error instanceof ConnectError ? error.code : 'UNEXPECTED';
    // It is tried again and again: the log says so once.
    if (code !== lastCode) node.warn(`Jobs cannot be followed at present: ${error.message} (${code})`);
    lastCode = code;
  });
  store.ready().then(
    () => tellAbandoned(node, store, connection),
    (thrown: unknown) => node.error(asError(thrown).message),
  );
  return () => {
    leave();
    stopListening();
  };
}

/** Names the requests whose end a former process has not seen: nobody else will ever hear of them. */
async function tellAbandoned(node: Node, { requests }: Store, { scope }: Connection): Promise<void> {
  try {
    for (const request of await requests.abandoned(scope, Date.now())) {
      const at = new Date(request.lastSentAt).toLocaleString('sv');
      node.warn(
        `Node-RED ended while ${request.items} items of node ${request.nodeId} (${request.import}) were on their way, sent at ${at}. Whether Connect has taken them is not known: look at Job/List or the admin UI before you send them again. (OUTCOME_UNKNOWN)`,
      );
    }
  } catch (thrown) {
    node.error(asError(thrown).message);
  }
}

/** Registers the config node and its admin route. */
export function registerConnectConfig(RED: NodeAPI): void {
  RED.nodes.registerType(
    connectConfigType,
    function (this: ConnectConfigNode, definition: NodeDef) {
      construct.call(this, definition, RED);
    },
    { credentials: { clientId: { type: 'text' }, clientSecret: { type: 'password' } } },
  );
  registerTestRoute(RED, connectConfigType, (id) => deployedConnection(RED, id));
}

/**
 * The connection that a node names.
 *
 * @throws ConnectError `CONNECTION_MISSING`, or what is wrong with its settings.
 */
export function connectionOf(RED: NodeAPI, id: string): OpenConnection {
  const node = RED.nodes.getNode(id) as ConnectConfigNode | null | undefined;
  if (typeof node?.open !== 'function') {
    throw new ConnectError(
      'CONNECTION_MISSING',
      'No connection is chosen, or it has been deleted or disabled.',
    );
  }
  return node.open();
}

function deployedConnection(RED: NodeAPI, id: string): Connection | undefined {
  try {
    return connectionOf(RED, id).connection;
  } catch {
    return undefined;
  }
}
