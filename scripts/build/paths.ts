/**
 * Where things are, however the build was started.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The absolute path of something in the project. */
export function fromRoot(...parts: readonly string[]): string {
  return join(root, ...parts);
}
