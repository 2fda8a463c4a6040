/**
 * A small proxy, reached over HTTP or HTTPS: opens tunnels, forwards plain requests, and leads every host name to a server of the test.
 */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

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
  /** Breaks off when it is asked for a tunnel, or once it has granted one. */
  breaksOff?: 'before' | 'after';
  /** Answers a CONNECT with something that is no HTTP. */
  isMad?: boolean;
}

export class ProxyServer {
  readonly behaviour: ProxyBehaviour = { target: 0 };
  /** Hosts with ports to which tunnels were asked for, the newest last. */
  readonly tunnels: string[] = [];
  /** Addresses of plain requests that were forwarded. */
  readonly forwarded: string[] = [];
  readonly #sockets = new Set<Duplex>();
  readonly #server: ReturnType<typeof createServer>;

  /** @param tls makes it a proxy that is reached over HTTPS */
  constructor(tls?: ServerOptions) {
    const forward = (request: IncomingMessage, response: ServerResponse) => this.#forward(request, response);
    this.#server = tls === undefined ? createServer(forward) : createTlsServer(tls, forward);
    this.#server.on('connect', (request, socket, head) => this.#tunnel(request, socket, head));
    this.#server.on('connection', (socket) => this.#track(socket));
  }

  /** Calls back for each client that has shaken hands over TLS. */
  onSecure(listener: (socket: TLSSocket) => void): void {
    this.#server.on('secureConnection', listener);
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
    const { isSilent, isMad, breaksOff } = this.behaviour;
    if (isSilent) return;
    if (breaksOff === 'before') return void socket.destroy();
    if (breaksOff === 'after') return void socket.end('HTTP/1.1 200 Connection established\r\n\r\n');
    if (isMad) return void socket.end('220 smtp.example at your service\r\n');
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      // As careless proxies do, it repeats what it was shown.
      const text = JSON.stringify(request.headers);
      socket.end(`HTTP/1.1 ${refusal} No\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
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
