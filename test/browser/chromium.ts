/**
 * A Chromium to drive: the machine's own, or the one that comes with the development dependencies.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Candidates on the PATH, in the order of the folders. */
async function installedBrowser(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const usable = await Promise.all(candidates.map(isExecutable));
  return candidates.find((_candidate, index) => usable[index]);
}

type LaunchOptions = NonNullable<Parameters<typeof chromium.launch>[0]>;

let bundledOptions: Promise<LaunchOptions> | undefined;

/**
 * The Chromium of the development dependencies, unpacked. It also brings the system libraries that a bare
 * machine lacks, but unpacks and names them only where it believes to run on AWS Lambda.
 */
async function unpackBundled(): Promise<LaunchOptions> {
  const { AWS_EXECUTION_ENV: place, LD_LIBRARY_PATH: libraries } = process.env;
  process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x';
  try {
    const { default: bundled } = await import('@sparticuz/chromium');
    const executablePath = await bundled.executablePath();
    // Not with the arguments that it comes with: they squeeze all into one process, which dies with the first page
    // that is closed, and switch off what a browser forbids pages to do.
    return { executablePath, env: { ...process.env } as Record<string, string> };
  } finally {
    restore('AWS_EXECUTION_ENV', place);
    restore('LD_LIBRARY_PATH', libraries);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** That of `CHROME_PATH`, one on the PATH, or the bundled one. */
async function findBrowser(): Promise<LaunchOptions> {
  const installed = process.env.CHROME_PATH || (await installedBrowser());
  if (installed) return { executablePath: installed };
  bundledOptions ??= unpackBundled();
  return bundledOptions;
}

/**
 * Has a browser ready for all processes to come: of several that unpack the bundled one at the same time, one would
 * start what another is still writing.
 */
export async function readyBrowser(): Promise<void> {
  await findBrowser();
}

/** Starts a browser. */
export async function launchBrowser(): Promise<Browser> {
  // Containers run tests as root, where Chromium has no sandbox.
  return chromium.launch({ ...(await findBrowser()), args: ['--no-sandbox'] });
}
