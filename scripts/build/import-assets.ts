/**
 * Dialogs, help and catalogues of the nine import nodes, from what they share.
 */
import { type ImportName, imports } from '../../src/contract/index.ts';
import type { ImportDefinition } from '../../src/contract/model.ts';
import { outlineOf } from '../../src/contract/outline.ts';
import type { Catalogue } from './catalogue.ts';
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

/** The texts of one language as they are kept: shared ones once, and those of each import. */
export interface ImportTextSource {
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

/** The texts of one import node: the shared ones and its own. */
export function importCatalogue(source: ImportTextSource, name: ImportName): Catalogue {
  const { label, items } = source.nodes[name];
  const definition: ImportDefinition = imports[name];
  const fullFile = definition.fullFile?.scope ?? '';
  return { ...source.shared, label, items, fullFile };
}
