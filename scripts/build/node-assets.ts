/**
 * Puts what belongs beside the compiled nodes there: dialogs, help, catalogues and icons.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import type { ImportDefinition } from '../../src/contract/model.ts';
import { outlineOf } from '../../src/contract/outline.ts';
import { fillTemplate, type TemplateValues } from './template.ts';

/** Texts of one language that differ between the import nodes. */
export interface ImportTexts {
  /** Name in the palette. */
  readonly label: string;
  /** What the items are, in the plural. */
  readonly items: string;
  /** First paragraph of the help. */
  readonly introduction: string;
  /** What identifies an item, as HTML. */
  readonly identity: string;
  /** One item as JavaScript. */
  readonly example: string;
  /** Particulars of this import, as HTML list elements; empty where there are none. */
  readonly notes: readonly string[];
}

/** A message catalogue of Node-RED: texts in nested groups. */
export interface Catalogue {
  readonly [key: string]: string | Catalogue;
}

/** The texts of one language as they are kept: shared ones once, and those of each import. */
export interface ImportTextSource {
  readonly palette: Catalogue;
  readonly shared: Catalogue;
  /** What error codes mean, as HTML; a key may name several codes. */
  readonly codes: Readonly<Record<string, string>>;
  readonly nodes: Readonly<Record<ImportName, ImportTexts>>;
}

function valuesOf(name: ImportName): TemplateValues {
  const definition: ImportDefinition = imports[name];
  return {
    name,
    type: `norce-${name}`,
    service: definition.service,
    operation: definition.operation,
    path: definition.path,
    fullFile: definition.fullFile?.scope ?? '',
    hasFullFile: definition.fullFile !== undefined,
    isFullFileDisputed: definition.fullFile?.disputed === true,
    hasSupplier: definition.supplier === true,
  };
}

/** The dialog of one import node, from the template that all of them share. */
export function importDialog(template: string, name: ImportName): string {
  return fillTemplate(template, valuesOf(name));
}

/** The help of one import node, from the template that all of them share. */
export function importHelp(template: string, name: ImportName, source: ImportTextSource): string {
  const texts = source.nodes[name];
  const list = outlineOf(name).root.list;
  return fillTemplate(template, {
    ...valuesOf(name),
    label: texts.label,
    items: texts.items,
    introduction: texts.introduction,
    identity: texts.identity,
    example: texts.example,
    hasNotes: texts.notes.length > 0,
    notes: texts.notes.map((note) => `<li>${note}</li>`).join('\n    '),
    exampleList: list?.name ?? '',
    exampleField: list?.slots.at(1)?.write.name ?? '',
    codes: Object.entries(source.codes)
      .map(([codes, meaning]) => `<dt>${codes}</dt>\n    <dd>${meaning}</dd>`)
      .join('\n    '),
  });
}

/** The message catalogue of one import node: the shared texts and its own, under its node type. */
export function importCatalogue(source: ImportTextSource, name: ImportName): Catalogue {
  const { label, items } = source.nodes[name];
  const definition: ImportDefinition = imports[name];
  const fullFile = definition.fullFile?.scope ?? '';
  return { palette: source.palette, [`norce-${name}`]: { ...source.shared, label, items, fullFile } };
}

async function writeLanguage(source: string, target: string): Promise<void> {
  const texts: ImportTextSource = JSON.parse(await readFile(join(source, 'import.json'), 'utf8'));
  const helpTemplate = await readFile(join(source, 'import.template.html'), 'utf8');
  await mkdir(target, { recursive: true });
  await Promise.all([
    ...['connect-config.json', 'connect-config.html'].map((file) =>
      cp(join(source, file), join(target, file)),
    ),
    ...importNames.flatMap((name) => [
      writeFile(join(target, `${name}.json`), JSON.stringify(importCatalogue(texts, name), null, 2)),
      writeFile(join(target, `${name}.html`), importHelp(helpTemplate, name, texts)),
    ]),
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
  const template = await readFile(join(source, 'import.template.html'), 'utf8');
  const languages = await readdir(join(source, 'locales'));
  await mkdir(target, { recursive: true });
  await Promise.all([
    ...['connect-config.html', 'editor.html'].map((file) => cp(join(source, file), join(target, file))),
    cp(join(source, 'icons'), join(target, 'icons'), { recursive: true }),
    ...importNames.map((name) => writeFile(join(target, `${name}.html`), importDialog(template, name))),
    ...languages.map((language) =>
      writeLanguage(join(source, 'locales', language), join(target, 'locales', language)),
    ),
  ]);
}
