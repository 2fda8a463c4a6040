/**
 * A small disk that is full now and then, because something else has taken the rest of it.
 */
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../accumulator-kills.ts';
import { obstacle, run } from './commands.ts';

/** Bytes that are left when it is full: enough for a page or two. */
const rest = 16 * 1024;

/** The disk. It takes root. */
export class FullDisk implements Disk {
  readonly #folder: string;
  readonly #ballast: string;
  #isFull = false;
  /** How often it was full. */
  times = 0;

  /** Why there can be none on this machine; undefined where there can. */
  static obstacle(): string | undefined {
    return obstacle(['mount', 'umount']);
  }

  /** @param folder an empty one */
  constructor(folder: string) {
    this.#folder = join(folder, 'small');
    this.#ballast = join(this.#folder, 'ballast');
    mkdirSync(this.#folder);
    run('mount', '-t', 'tmpfs', '-o', 'size=64m', 'none', this.#folder);
  }

  get storeFile(): string {
    return join(this.#folder, 'store.sqlite');
  }

  disturb(): void {
    if (this.#isFull) {
      this.calm();
      return;
    }
    const { bavail, bsize } = statfsSync(this.#folder);
    this.#isFull = true;
    try {
      writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - rest)));
    } catch (thrown) {
      // The store has taken some of it meanwhile: so much the fuller.
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
    }
    this.times += 1;
  }

  calm(): void {
    rmSync(this.#ballast, { force: true });
    this.#isFull = false;
  }

  /** Lets go of everything. */
  remove(): void {
    run('umount', this.#folder);
  }
}
