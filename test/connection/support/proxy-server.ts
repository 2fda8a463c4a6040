/**
 * A small HTTP proxy: opens tunnels, forwards plain requests, and leads every host name to a server of the test.
 */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How the proxy behaves; a test may change any of it at any time. */
export interface ProxyBehaviour {
  /** Port of this machine to which every host leads. */
  target: number;
  /** `name:password` that it asks for. */
  credentials?: string;
  /** Answers every CONNECT with this status. */
  refusal?: number;
  /** Takes connections and never says a word. */
  isSilent?: boolean;
}

export class ProxyServer {
  readonly behaviour: ProxyBehaviour = { target: 0 };
  /** Hosts with ports to which tunnels were asked for, the newest last. */
  readonly tunnels: string[] = [];
  /** Addresses of plain requests that were forwarded. */
  readonly forwarded: string[] = [];
  readonly #sockets = new Set<Duplex>();
  readonly #server = createServer((request, response) => this.#forward(request, response));

  constructor() {
    this.#server.on('connect', (request, socket, head) => this.#tunnel(request, socket, head));
    this.#server.on('connection', (socket) => this.#track(socket));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Destroys every connection that is open now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections that are open now, to clients and to the target. */
  get open(): number {
    return this.#sockets.size;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #track(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }

  #refusal(request: IncomingMessage): number | undefined {
    const { credentials, refusal } = this.behaviour;
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (wanted && request.headers['proxy-authorization'] !== wanted) return 407;
    return refusal;
  }

  #tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.tunnels.push(request.url ?? '');
    if (this.behaviour.isSilent) return;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const target: Socket = connect(this.behaviour.target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    this.#track(target);
    target.on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    this.forwarded.push(request.url ?? '');
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? '');
    const { method, headers } = request;
    const onward = send(
      { port: this.behaviour.target, host: '127.0.0.1', path: pathname + search, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  }
}
