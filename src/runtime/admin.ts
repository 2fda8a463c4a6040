/**
 * What the editor asks the runtime: does a connection work that is being typed in?
 */
import type { NodeAPI } from 'node-red';
import { testConnection } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { NodeProperties } from './config-values.ts';
import { connectionConfig } from './connection-config.ts';
import { networkConfig } from './network-config.ts';

/** How the editor shows a stored secret: it never gets the secret itself. */
const storedSecret = '__PWRD__';

/** Most bytes of a test's settings. */
const bodyLimit = 64 * 1024;

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

function withStoredCredentials(RED: NodeAPI, typed: NodeProperties, id: string): NodeProperties {
  const stored = asProperties(RED.nodes.getCredentials(id));
  const secret = typed.clientSecret === storedSecret ? stored.clientSecret : typed.clientSecret;
  if (typed.clientSecret === storedSecret && secret === undefined) {
    throw new ConnectError('CONFIG_INVALID', 'No secret is stored for this connection: type it in.');
  }
  return { ...typed, clientSecret: secret };
}

async function test(RED: NodeAPI, request: TestRequest): Promise<Record<string, unknown>> {
  try {
    const id = typeof request.id === 'string' ? request.id : '';
    const credentials = withStoredCredentials(RED, asProperties(request.credentials), id);
    const config = withEnvironment(RED, asProperties(request.config), id);
    const network = networkConfig(RED, config);
    const { settings } = connectionConfig(config, withEnvironment(RED, credentials, id), network);
    const { duration } = await testConnection(settings);
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

/** Reads a small JSON body; the admin application may or may not have parsed it already. */
async function bodyOf(request: AsyncIterable<Buffer> & { readonly body?: unknown }): Promise<TestRequest> {
  if (typeof request.body === 'object' && request.body !== null) return request.body;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyLimit) throw new ConnectError('CONFIG_INVALID', 'The settings are too long.');
    chunks.push(chunk);
  }
  return asProperties(JSON.parse(Buffer.concat(chunks).toString() || '{}'));
}

/** Adds `POST norce-connect/test`, for people who may change the config node. */
export function registerTestRoute(RED: NodeAPI, type: string): void {
  RED.httpAdmin.post(
    '/norce-connect/test',
    RED.auth.needsPermission(`${type}.write`),
    (request, response) => {
      bodyOf(request).then(
        async (body) => response.json(await test(RED, body)),
        () =>
          response
            .status(400)
            .json({ ok: false, code: 'CONFIG_INVALID', message: 'The settings cannot be read.' }),
      );
    },
  );
}
