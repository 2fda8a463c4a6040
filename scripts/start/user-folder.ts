/**
 * Node-RED's user folder: made at the first start, left as the user has it at every later one.
 */
import { randomBytes } from 'node:crypto';
import { access, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromRoot } from '../build/paths.ts';
import { demoFlows } from './flows.ts';

const packageName = '@norce-connect/node-red';

function settings(): Readonly<Record<string, unknown>> {
  return {
    flowFile: 'flows.json',
    credentialSecret: randomBytes(32).toString('hex'),
    uiHost: '127.0.0.1',
    logging: { console: { level: 'error', metrics: false, audit: false } },
    editorTheme: { tours: false, projects: { enabled: false } },
    telemetry: { enabled: false, updateNotification: false },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Puts the project where a palette install would put the package. */
async function linkPackage(folder: string): Promise<void> {
  const link = join(folder, 'node_modules', packageName);
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  // A junction needs no special rights on Windows; elsewhere the type is not looked at.
  await symlink(fromRoot(), link, 'junction');
}

/** @returns Whether the flows were written now, and not found. */
export async function prepareFolder(folder: string): Promise<boolean> {
  await linkPackage(folder);
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  const isNew = !(await exists(join(folder, 'flows.json')));
  if (!isNew) return false;
  const { flows, credentials } = await demoFlows();
  await write(
    'package.json',
    JSON.stringify({ name: 'norce-connect-demo', version: '1.0.0', dependencies: { [packageName]: '*' } }),
  );
  await write('settings.js', `module.exports = ${JSON.stringify(settings(), null, 2)};\n`);
  await write('flows_cred.json', JSON.stringify(credentials));
  // The flows come last: where they are, everything is.
  await write('flows.json', JSON.stringify(flows, null, 2));
  return true;
}
