/**
 * A way to Connect that can be shut, so that connections are refused.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Passes on every connection as long as it is open. */
export class Door {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  /** @param target port on this machine that it leads to */
  static async open(target: number): Promise<Door> {
    const door = new Door(target);
    await door.open();
    return door;
  }

  /** It stays the same over all times that it is shut. */
  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      this.#keep(near, far);
      this.#keep(far, near);
      near.pipe(far).pipe(near);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Breaks what is open, and refuses what comes. */
  shut(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }
}
