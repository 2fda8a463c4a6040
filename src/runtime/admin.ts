/**
 * What the editor asks the runtime: does a connection work that is being typed in?
 */
import type { NodeAPI } from 'node-red';
import {
  type Connection,
  type ConnectionSettings,
  processRegistry,
  testConnection,
} from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { NodeProperties } from './config-values.ts';
import { connectionConfig } from './connection-config.ts';
import { networkConfig } from './network-config.ts';
import { servicesOf } from './services.ts';

/** How the editor shows a stored secret: it never gets the secret itself. */
const storedSecret = '__PWRD__';

/** The connection of a running config node by its id; undefined where none runs. */
export type DeployedConnection = (id: string) => Connection | undefined;

interface TestRequest {
  readonly id?: unknown;
  readonly config?: unknown;
  readonly credentials?: unknown;
}

function asProperties(value: unknown): NodeProperties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as NodeProperties)
    : {};
}

/** Node-RED replaces `${NAME}` when it starts a node; a node that is being typed in needs the same. */
function withEnvironment(RED: NodeAPI, properties: NodeProperties, id: string): NodeProperties {
  const node = RED.nodes.getNode(id);
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const variable = typeof value === 'string' ? /^\$\{([^}]+)\}$/.exec(value)?.[1] : undefined;
      if (variable === undefined) return [name, value];
      const found: unknown = RED.util.evaluateNodeProperty(variable, 'env', node, {});
      return [name, found === undefined || found === '' ? value : found];
    }),
  );
}

function secretStoredFor(RED: NodeAPI, id: string): unknown {
  const { clientSecret } = asProperties(RED.nodes.getCredentials(id));
  if (clientSecret === undefined) {
    throw new ConnectError('CONFIG_INVALID', 'No secret is stored for this connection: type it in.');
  }
  return clientSecret;
}

/**
 * A stored secret, and a token got with it, goes to Norce or to where its deployed node sends it, and only the
 * way that the deployed node takes: whoever may test connections could otherwise have it sent to an address,
 * or through a proxy, of their own.
 */
function checkStoredSecretUse(settings: ConnectionSettings, deployed: Connection | undefined): void {
  const { addresses, customer, tls, proxy } = settings;
  const known = deployed?.settings.addresses;
  const isDeployedAddress =
    known?.connectUrl === addresses.connectUrl && known.tokenUrl === addresses.tokenUrl;
  const isPlainWay = tls === undefined && proxy === undefined;
  const isDeployedWay = deployed?.hasSameNetwork(settings) ?? isPlainWay;
  if ((customer !== '' || isDeployedAddress) && isDeployedWay) return;
  throw new ConnectError(
    'CONFIG_INVALID',
    'The stored secret is not sent to addresses, nor through a proxy or under TLS settings, that are not deployed: type it in again.',
  );
}

async function test(
  RED: NodeAPI,
  request: TestRequest,
  deployedConnection: DeployedConnection,
): Promise<Record<string, unknown>> {
  try {
    const id = typeof request.id === 'string' ? request.id : '';
    const typed = asProperties(request.credentials);
    const isStored = typed.clientSecret === storedSecret;
    const credentials = isStored ? { ...typed, clientSecret: secretStoredFor(RED, id) } : typed;
    const config = withEnvironment(RED, asProperties(request.config), id);
    const network = networkConfig(RED, config);
    const { settings } = connectionConfig(config, withEnvironment(RED, credentials, id), network);
    if (isStored) checkStoredSecretUse(settings, deployedConnection(id));
    const { duration } = await testConnection(settings, processRegistry(), servicesOf(RED).store.slots);
    return { ok: true, address: settings.addresses.connectUrl, milliseconds: Math.round(duration) };
  } catch (thrown) {
    const error = asError(thrown);
    return {
      ok: false,
      code: error instanceof ConnectError ? error.code : 'UNEXPECTED',
      message: error.message,
    };
  }
}

/** Adds `POST norce-connect/test`, for people who may change the config node. */
export function registerTestRoute(RED: NodeAPI, type: string, deployedConnection: DeployedConnection): void {
  RED.httpAdmin.post(
    '/norce-connect/test',
    RED.auth.needsPermission(`${type}.write`),
    (request, response) => {
      // A browser lets any web page send a form here, but JSON only a page of Node-RED's own.
      if (!request.is('application/json')) {
        const message = 'The settings must be JSON.';
        response.status(415).json({ ok: false, code: 'CONFIG_INVALID', message });
        return;
      }
      test(RED, asProperties(request.body), deployedConnection).then(
        (result) => response.json(result),
        () => response.sendStatus(500),
      );
    },
  );
}
