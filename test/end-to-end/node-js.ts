/**
 * The oldest Node.js that the package accepts, brought by npm, whatever the machine has.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { environmentWith } from '../support/node-red.ts';

/** Version of the oldest Node.js that the package accepts, as its package.json states it. */
export const oldestNode = manifest.engines.node.replace(/^>=/, '');

/**
 * Installs a Node.js into a folder and gives back the path of its binary.
 *
 * The npm package `node` fetches its binary in an install script, which npm 12 refuses to run. The package with
 * the binary itself, one per platform, has no script: every npm installs it.
 *
 * @param version a version, or the beginning of one for the newest that begins so
 */
export async function installNode(version: string, folder: string): Promise<string> {
  const { platform, arch } = process;
  const system = platform === 'win32' ? 'win' : platform;
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${system}-${arch}`;
  const options = ['--no-save', '--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts'];
  await promisify(execFile)('npm', ['install', ...options, '--prefix', folder, `${name}@${version}`], {
    env: environmentWith(process.execPath),
  });
  return join(folder, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}
