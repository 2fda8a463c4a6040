/**
 * Finds a port that nobody listens on.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return found;
}

/** The wanted port if it is free on 127.0.0.1, otherwise any other. */
export async function freePort(wanted: number): Promise<number> {
  return tryPort(wanted).catch(() => tryPort(0));
}
