/**
 * A real Node-RED of either line with the built package, in a folder of its own.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The lines of Node-RED that the package runs on, oldest first. */
export const nodeRedLines = ['4.1', '5'] as const;

/** A line of Node-RED. */
export type NodeRedLine = (typeof nodeRedLines)[number];

/** The development dependency that holds each line. */
const packages: Readonly<Record<NodeRedLine, string>> = { '4.1': 'node-red-4', '5': 'node-red' };

/** Path of a file in the package of a line. */
function fileOf(line: NodeRedLine, path: string): string {
  return fileURLToPath(new URL(path, import.meta.resolve(`${packages[line]}/package.json`)));
}

/** Loads a module as the Node-RED of a line does. */
export function requireOf(line: NodeRedLine): NodeJS.Require {
  return createRequire(fileOf(line, './red.js'));
}

/** Puts the package into a user folder of Node-RED. */
export type Installer = (userDir: string) => Promise<void>;

/** Leaves the user folder as that of a new user. */
export const nothing: Installer = async () => undefined;

/** Links the project's folder, as `npm link` would. */
export const linked: Installer = async (userDir) => {
  const link = join(userDir, 'node_modules', '@norce-connect', 'node-red');
  await mkdir(dirname(link), { recursive: true });
  await symlink(root, link);
  await writeFile(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'test', version: '1.0.0', dependencies: { '@norce-connect/node-red': '*' } }),
  );
};

/** Copies a user folder that has been prepared. */
export function copyOf(prepared: string): Installer {
  // Links stay as they are written: those of npm are relative, and must lead into the copy.
  return (userDir) => cp(prepared, userDir, { recursive: true, verbatimSymlinks: true });
}

/** What a process needs to run a given Node.js, also where it starts `node` or `npm` by name. */
export function environmentWith(node: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
}

const run = promisify(execFile);

/** Packs the built project into a folder; gives back the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    env: environmentWith(process.execPath),
  });
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
  return join(folder, filename);
}

/**
 * Installs a tarball into a user folder with the options of Node-RED's palette manager.
 *
 * @param node binary of the Node.js that the package has to accept
 */
export async function installTarball(tarball: string, userDir: string, node: string): Promise<void> {
  await writeFile(join(userDir, 'package.json'), JSON.stringify({ name: 'test', version: '1.0.0' }));
  const options = [
    '--omit=dev',
    '--engine-strict',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--save',
  ];
  await run('npm', ['install', ...options, tarball], { cwd: userDir, env: environmentWith(node) });
}

/** What differs between one Node-RED and another; each default is given. */
export interface NodeRedOptions {
  /** Default: {@link linked}. */
  readonly install?: Installer;
  /** Default: 5. */
  readonly line?: NodeRedLine;
  /** Binary of the Node.js that runs it. Default: the one that runs the tests. */
  readonly node?: string;
  /** A user folder that is there already, and stays. Default: one of its own. */
  readonly userDir?: string;
  /** JavaScript at the end of its settings file. Default: none. */
  readonly settingsCode?: string;
  /** What its file of settings holds besides what the tests need. Default: nothing. */
  readonly settings?: { readonly httpAdminRoot?: string; readonly [name: string]: unknown };
}

/** A flow as Node-RED's admin API gives and takes it. */
export type FlowNodes = readonly Readonly<Record<string, unknown>>[];

/** A running Node-RED. */
export class NodeRed {
  /** The port is the first free one, which only Node-RED itself can know. */
  #url = '';
  readonly #adminRoot: string;
  readonly #child: ChildProcess;
  /** Folder of its settings, flows and installed packages. */
  readonly userDir: string;
  #output = '';
  /** It has ended, and all that it wrote has been read. */
  #isClosed = false;
  #authorization: Readonly<Record<string, string>> = {};

  private constructor(adminRoot: string, child: ChildProcess, userDir: string) {
    this.#adminRoot = adminRoot;
    this.#child = child;
    this.userDir = userDir;
    child.once('close', () => {
      this.#isClosed = true;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** Starts Node-RED and waits until it answers. Throws with its output when it ends or stays silent. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    { install = linked, line = '5', node = process.execPath, settings = {}, ...options }: NodeRedOptions = {},
  ): Promise<NodeRed> {
    const userDir = options.userDir ?? (await mkdtemp(join(tmpdir(), 'norce-node-red-')));
    if (options.userDir === undefined) await install(userDir);
    const content = {
      flowFile: 'flows.json',
      credentialSecret: 'test',
      uiHost: '127.0.0.1',
      editorTheme: { tours: false },
      telemetry: { enabled: false, updateNotification: false },
      ...settings,
    };
    const { settingsCode = '' } = options;
    await writeFile(
      join(userDir, 'settings.js'),
      `module.exports = ${JSON.stringify(content)};\n${settingsCode}`,
    );
    const child = spawn(node, [fileOf(line, './red.js'), '-u', userDir, '-p', '0'], {
      env: { ...environmentWith(node), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const nodeRed = new NodeRed(settings.httpAdminRoot ?? '', child, userDir);
    try {
      await nodeRed.#started();
    } catch (error) {
      await nodeRed.stop();
      throw error;
    }
    return nodeRed;
  }

  /** Root of what flows serve. */
  get url(): string {
    return this.#url;
  }

  /** Where the editor and its API are; without a slash at the end. */
  get adminUrl(): string {
    return this.#url + this.#adminRoot;
  }

  /** What Node-RED wrote to the terminal so far. */
  get output(): string {
    return this.#output;
  }

  /**
   * Gets a token for a user of `adminAuth`.
   *
   * @param scope what of the user's permissions it is for
   */
  async token(username: string, password: string, scope = '*'): Promise<string> {
    const answer = await fetch(`${this.adminUrl}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'node-red-admin',
        grant_type: 'password',
        scope,
        username,
        password,
      }),
    });
    if (!answer.ok) throw new Error(`Node-RED gave no token: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { readonly access_token: string }).access_token;
  }

  /** Lets the other methods act as a user of `adminAuth`. */
  async signIn(username: string, password: string): Promise<void> {
    this.#authorization = { authorization: `Bearer ${await this.token(username, password)}` };
  }

  /** Keeps what a user has chosen in the editor's settings, as the editor itself does. */
  async choose(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await fetch(`${this.adminUrl}/settings/user`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.#authorization },
      body: JSON.stringify(settings),
    });
    if (!answer.ok) throw new Error(`Node-RED kept no settings: ${answer.status} ${await answer.text()}`);
  }

  /** The flows as they are deployed, without credentials. */
  async flows(): Promise<FlowNodes> {
    const answer = await fetch(`${this.adminUrl}/flows`, { headers: this.#authorization });
    return (await answer.json()) as FlowNodes;
  }

  /** Replaces all flows; resolves when the new ones have started, which Node-RED's answer does not wait for. */
  async deploy(flows: FlowNodes): Promise<void> {
    const starts = this.#flowStarts();
    const answer = await fetch(`${this.adminUrl}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.#authorization },
      body: JSON.stringify(flows),
    });
    if (!answer.ok) throw new Error(`Node-RED refused the flows: ${answer.status} ${await answer.text()}`);
    await this.#until('start its flows', () => this.#flowStarts() > starts);
  }

  #flowStarts(): number {
    return this.#output.split('Started flows').length;
  }

  /** Installs a tarball as the palette manager does when a user uploads it; needs no restart. */
  async upload(tarball: string): Promise<void> {
    const form = new FormData();
    form.append('tarball', new Blob([await readFile(tarball)]), basename(tarball));
    const answer = await fetch(`${this.adminUrl}/nodes`, { method: 'POST', body: form });
    if (!answer.ok) throw new Error(`Node-RED refused the package: ${answer.status} ${await answer.text()}`);
  }

  /** Ends Node-RED as a service manager does; gives back its exit code, null when a signal ended it. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'close');
    }
    return this.#child.exitCode;
  }

  /** Ends Node-RED as a power cut does: nothing is told, nothing is closed. Its folder stays. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }

  /** Ends Node-RED and removes its folder. */
  async stop(): Promise<void> {
    await this.end();
    await rm(this.userDir, { recursive: true, force: true });
  }

  async #started(): Promise<void> {
    const listening = /Server now running at (http:\/\/127\.0\.0\.1:\d+)/;
    await this.#until('start', () => this.#flowStarts() > 1 && listening.test(this.#output));
    this.#url = listening.exec(this.#output)?.[1] ?? '';
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (!condition()) {
      if (this.#isClosed) throw new Error(`Node-RED ended:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`Node-RED does not ${what}:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
