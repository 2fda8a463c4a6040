/**
 * Dialog and catalogue of the accumulator, which shares much with the import nodes.
 */
import { type ImportDefinition, type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { outlineOf } from '../../src/contract/outline.ts';
import { type Catalogue, joinCatalogues } from './catalogue.ts';
import type { ImportTextSource } from './import-assets.ts';
import { fillTemplate } from './template.ts';

/** Groups of the import nodes' texts that the accumulator's dialog shows too. */
const sharedGroups = [
  'fieldLabels',
  'placeholders',
  'options',
  'hints',
  'fields',
  'lists',
  'switches',
  'errors',
];

/** The dialog, with the imports that the contract names. */
export function accumulatorDialog(template: string): string {
  const identities = importNames
    .map((name) => [name, outlineOf(name).root.identity.map((fields) => fields.join('+'))] as const)
    .filter(([, keys]) => keys.length > 1);
  const definitionOf = (name: ImportName): ImportDefinition => imports[name];
  return fillTemplate(template, {
    options: importNames
      .map((name) => `<option value="${name}" data-i18n="norce-accumulator.imports.${name}"></option>`)
      .join('\n            '),
    names: importNames.join(' '),
    first: importNames[0] ?? '',
    identities: JSON.stringify(Object.fromEntries(identities)),
    usualImports: importNames.filter((name) => definitionOf(name).usualIdentity !== undefined).join(' '),
    fullFileImports: importNames.filter((name) => definitionOf(name).fullFile).join(' '),
    disputedImports: importNames.filter((name) => definitionOf(name).fullFile?.disputed).join(' '),
    supplierImports: importNames.filter((name) => definitionOf(name).supplier).join(' '),
  });
}

/** The texts: those that it shares with the import nodes, the names of the imports, and its own. */
export function accumulatorCatalogue(source: ImportTextSource, own: Catalogue): Catalogue {
  const shared = Object.entries(source.shared).filter(([group]) => sharedGroups.includes(group));
  const names = importNames.map((name) => [name, source.nodes[name].items] as const);
  return joinCatalogues({ ...Object.fromEntries(shared), imports: Object.fromEntries(names) }, own);
}
