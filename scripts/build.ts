/**
 * Builds the package: compiled validators, dist/ for the runtime, resources/ for the editor.
 */
import { rm } from 'node:fs/promises';
import { compile } from './build/compile.ts';
import { writeNodeAssets } from './build/node-assets.ts';
import { fromRoot } from './build/paths.ts';
import { buildValidators } from './build/validators.ts';

await buildValidators();

if (!process.argv.includes('--validators')) {
  await Promise.all(
    ['dist', 'resources'].map((folder) => rm(fromRoot(folder), { recursive: true, force: true })),
  );
  await Promise.all([compile('tsconfig.build.json'), compile('tsconfig.editor.json')]);
  await writeNodeAssets(fromRoot('nodes'), fromRoot('dist', 'nodes'));
}
