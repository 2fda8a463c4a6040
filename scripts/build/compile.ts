/**
 * Runs the TypeScript compiler on one project file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromRoot } from './paths.ts';

const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin', 'tsc');

/**
 * Compiles a project; what the compiler says goes to the terminal.
 *
 * @param project file name of a TypeScript project in the root folder
 * @throws Error when the compiler finds a fault
 */
export async function compile(project: string): Promise<void> {
  const running = spawn(process.execPath, [compiler, '-p', project], { cwd: fromRoot(), stdio: 'inherit' });
  const [code] = await once(running, 'close');
  if (code !== 0) throw new Error(`tsc -p ${project} ended with exit code ${code}.`);
}
