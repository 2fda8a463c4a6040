/**
 * The config node: one customer's connection, shared by all nodes that name it.
 */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Connection, processRegistry } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { registerTestRoute } from './admin.ts';
import type { NodeProperties } from './config-values.ts';
import { type ConnectionConfig, connectionConfig } from './connection-config.ts';
import { networkConfig } from './network-config.ts';

/** Type name of the config node. */
export const connectConfigType = 'norce-connect-config';

/** A usable connection with what it gives to its nodes. */
export interface OpenConnection extends Omit<ConnectionConfig, 'settings'> {
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
    const { settings, ...rest } = connectionConfig(properties, { ...this.credentials }, network);
    opened = { connection: registry.acquire(settings), ...rest };
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
