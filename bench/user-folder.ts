/**
 * User folders for Node-RED: one with the package as the palette would install it, and one without.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installTarball, pack } from '../test/support/node-red.ts';
import type { Wiring } from './flows.ts';

/** Settings that every measured Node-RED has: nothing asks a question, nothing calls home. */
export const nodeRedSettings = {
  flowFile: 'flows.json',
  credentialSecret: false,
  uiHost: '127.0.0.1',
  telemetry: { enabled: false, updateNotification: false },
} as const;

/** Both folders of one run. */
export class UserFolders {
  /** The folder with the package. */
  readonly withPackage: string;
  readonly withoutPackage: string;

  private constructor(withPackage: string, withoutPackage: string) {
    this.withPackage = withPackage;
    this.withoutPackage = withoutPackage;
  }

  /** Makes the folders and installs the tarball of the built project. */
  static async create(): Promise<UserFolders> {
    const make = () => mkdtemp(join(tmpdir(), 'norce-bench-'));
    const folders = new UserFolders(await make(), await make());
    try {
      await folders.#fill();
      return folders;
    } catch (thrown) {
      await folders.remove();
      throw thrown;
    }
  }

  async #fill(): Promise<void> {
    for (const folder of [this.withPackage, this.withoutPackage]) {
      await writeFile(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(nodeRedSettings)};`);
    }
    const tarball = await pack(this.withPackage);
    await installTarball(tarball, this.withPackage, process.execPath);
  }

  /** Removes both. */
  async remove(): Promise<void> {
    for (const folder of [this.withPackage, this.withoutPackage]) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Puts flows where Node-RED reads them at its next start. */
export async function writeFlows(folder: string, { flows, credentials }: Wiring): Promise<void> {
  await writeFile(join(folder, 'flows.json'), JSON.stringify(flows));
  await writeFile(join(folder, 'flows_cred.json'), JSON.stringify(credentials));
}
