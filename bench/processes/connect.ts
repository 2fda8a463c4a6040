/**
 * A Connect that takes everything and looks at nothing, so that its own work is not part of what is measured: it
 * counts bodies and the time that they take, and every job has succeeded at once.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tellParent } from '../child.ts';
import type { SimulatorAccess } from './simulator.ts';

/** A body that has come in. */
export interface TakenBody {
  readonly bytes: number;
  /** Milliseconds from its head to its end. */
  readonly time: number;
}

/** As Job/Get says it. */
const succeeded = 2;

const bodies: TakenBody[] = [];

async function take(request: IncomingMessage): Promise<object> {
  const begin = performance.now();
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  bodies.push({ bytes, time: performance.now() - begin });
  return { JobId: bodies.length };
}

function jobOf(id: number): object {
  return { JobId: id, StatusId: succeeded, Inserts: 0, Updates: 0, Deletes: 0, Errors: 0, Warnings: 0 };
}

async function answerTo(request: IncomingMessage): Promise<object> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  switch (true) {
    case pathname.endsWith('/token'):
      return { access_token: 'token', token_type: 'Bearer', expires_in: 3600 };
    case pathname.endsWith('/Job/Get'):
      return jobOf(Number(searchParams.get('id')));
    case pathname.endsWith('/Job/List'):
      return bodies.map((_, index) => jobOf(index + 1));
    case pathname.endsWith('/Job/GetLog'):
      return [];
    default:
      return take(request);
  }
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(request);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const server = createServer({ requestTimeout: 0 }, (request, response) => void handle(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.on('message', () => void tellParent(bodies));
process.once('disconnect', () => process.exit());
await tellParent({
  connectUrl: url,
  tokenUrl: `${url}/token`,
  clientId: 'bench',
  clientSecret: 'bench-secret',
} satisfies SimulatorAccess);
