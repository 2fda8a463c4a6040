/**
 * Puts what belongs beside the compiled nodes there: dialogs, help, catalogues and icons.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importNames } from '../../src/contract/index.ts';
import { accumulatorCatalogue, accumulatorDialog } from './accumulator-assets.ts';
import type { Catalogue } from './catalogue.ts';
import { type ImportTextSource, importCatalogue, importDialog, importHelp } from './import-assets.ts';
import { eventDialog, type JobTextSource, jobCatalogue, jobDialog, jobNodes } from './job-assets.ts';

/** A name with one dot is a file as it stands; templates and texts that several nodes share have a second one. */
const asItStands = /^[\w-]+\.(?:html|json)$/;

async function filesIn(folder: string, extension: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((file) => asItStands.test(file) && file.endsWith(extension));
}

async function readJson<Content>(...path: readonly string[]): Promise<Content> {
  return JSON.parse(await readFile(join(...path), 'utf8')) as Content;
}

async function writeLanguage(source: string, target: string): Promise<void> {
  const [palette, imports, jobs, accumulator, importTemplate] = await Promise.all([
    readJson<Catalogue>(source, 'palette.texts.json'),
    readJson<ImportTextSource>(source, 'import.texts.json'),
    readJson<JobTextSource>(source, 'job.texts.json'),
    readJson<Catalogue>(source, 'accumulator.texts.json'),
    readFile(join(source, 'import.template.html'), 'utf8'),
  ]);
  // Node-RED takes the name of the category from whichever node it meets first.
  const writeCatalogue = (name: string, texts: Catalogue) =>
    writeFile(join(target, `${name}.json`), JSON.stringify({ palette, ...texts }, null, 2));
  await mkdir(target, { recursive: true });
  await Promise.all([
    ...(await filesIn(source, '.html')).map((file) => cp(join(source, file), join(target, file))),
    ...(await filesIn(source, '.json')).map(async (file) =>
      writeCatalogue(file.slice(0, -'.json'.length), await readJson<Catalogue>(source, file)),
    ),
    ...importNames.flatMap((name) => [
      writeCatalogue(name, { [`norce-${name}`]: importCatalogue(imports, name) }),
      writeFile(join(target, `${name}.html`), importHelp(importTemplate, name, imports)),
    ]),
    writeCatalogue('accumulator', { 'norce-accumulator': accumulatorCatalogue(imports, accumulator) }),
    ...jobNodes.map((name) => writeCatalogue(name, { [`norce-${name}`]: jobCatalogue(jobs, name) })),
  ]);
}

/**
 * Writes the html, locales and icons of all node sets.
 *
 * @param source the folder of the node sources
 * @param target the folder of the compiled nodes
 * @throws Error when a template cannot be filled
 */
export async function writeNodeAssets(source: string, target: string): Promise<void> {
  const [importTemplate = '', jobTemplate = '', eventTemplate = '', accumulatorTemplate = ''] =
    await Promise.all(
      ['import', 'job', 'event', 'accumulator'].map((name) =>
        readFile(join(source, `${name}.template.html`), 'utf8'),
      ),
    );
  const writeDialog = (name: string, html: string) => writeFile(join(target, `${name}.html`), html);
  const languages = await readdir(join(source, 'locales'));
  await mkdir(target, { recursive: true });
  await Promise.all([
    ...(await filesIn(source, '.html')).map((file) => cp(join(source, file), join(target, file))),
    cp(join(source, 'icons'), join(target, 'icons'), { recursive: true }),
    ...importNames.map((name) => writeDialog(name, importDialog(importTemplate, name))),
    ...jobNodes.map((name) => writeDialog(name, jobDialog(jobTemplate, name))),
    writeDialog('accumulator', accumulatorDialog(accumulatorTemplate)),
    writeDialog('event', eventDialog(eventTemplate)),
    ...languages.map((language) =>
      writeLanguage(join(source, 'locales', language), join(target, 'locales', language)),
    ),
  ]);
}
