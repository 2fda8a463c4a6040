/**
 * A disk whose power can be cut: ext4 in a file on a file system with reflinks. What the file holds at the moment of
 * the cut is what has reached the disk; what is only in the memory of the machine is not in it.
 */
import { constants, copyFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from '../accumulator-kills.ts';
import { obstacle, run } from './commands.ts';
import type { Life } from './life.ts';

/** Of the file system that holds the disk, and of the disk. */
const outerBytes = 1024 ** 3;
const diskBytes = 256 * 1024 ** 2;

const programs = ['mount', 'umount', 'mkfs.xfs', 'mkfs.ext4', 'sync'];

function emptyFile(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}

/** The disk. It takes root, loop devices, XFS and ext4. */
export class PowerDisk implements Disk {
  readonly #outer: string;
  readonly #inner: string;
  readonly #image: string;

  /** Why there can be none on this machine; undefined where there can. */
  static obstacle(): string | undefined {
    return obstacle(programs);
  }

  /** @param folder an empty one */
  constructor(folder: string) {
    this.#outer = join(folder, 'outer');
    this.#inner = join(folder, 'inner');
    this.#image = join(this.#outer, 'disk');
    mkdirSync(this.#outer);
    mkdirSync(this.#inner);
    const outerImage = join(folder, 'outer.image');
    emptyFile(outerImage, outerBytes);
    run('mkfs.xfs', '-q', '-m', 'reflink=1', outerImage);
    run('mount', '-o', 'loop', outerImage, this.#outer);
    emptyFile(this.#image, diskBytes);
    run('mkfs.ext4', '-q', this.#image);
    this.#mount();
    // The file system itself is there before the first cut.
    run('sync', '-f', this.#inner);
  }

  get storeFile(): string {
    return join(this.#inner, 'store.sqlite');
  }

  /** The power fails: what the process does is over, and only what is on the disk is left. */
  async end(life: Pick<Life, 'freeze' | 'kill'>): Promise<void> {
    life.freeze();
    const left = join(this.#outer, 'left');
    copyFileSync(this.#image, left, constants.COPYFILE_FICLONE_FORCE);
    await life.kill();
    run('umount', this.#inner);
    renameSync(left, this.#image);
    this.#mount();
  }

  /** Lets go of everything. */
  remove(): void {
    run('umount', this.#inner);
    run('umount', this.#outer);
  }

  #mount(): void {
    run('mount', '-o', 'loop', this.#image, this.#inner);
  }
}
