/**
 * A real HTTP server that Norce's events are sent to.
 */
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An event as it arrived. */
export interface ReceivedEvent {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly JobId?: number; readonly [name: string]: unknown };
}

/** How an event is answered; a number is a status, a function does it itself. */
export type Reply = number | ((event: ReceivedEvent, response: ServerResponse) => void);

/** Keeps what arrives, and answers by a script, then 200. */
export class Receiver {
  readonly url: string;
  readonly events: ReceivedEvent[] = [];
  /** The next answers, in order. */
  script: Reply[] = [];
  /** How everything beyond the script is answered. */
  otherwise: Reply = 200;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      const { method = '', url: path = '', headers } = request;
      const event = { method, path, headers, body: JSON.parse((await text(request)) || '{}') };
      this.events.push(event);
      const reply = this.script.shift() ?? this.otherwise;
      if (typeof reply === 'number') response.writeHead(reply).end();
      else reply(event, response);
    });
  }

  static async start(): Promise<Receiver> {
    // A sender that leaves its sockets open is to be seen.
    const server = createServer({ keepAliveTimeout: 600_000 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  /** Sockets that are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
