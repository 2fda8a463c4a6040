/**
 * JSON schemas of the request items, made from the contract data. The build compiles them with ajv.
 */
import { type EntityName, entities, enums, type ImportName, importNames, imports } from './index.ts';
import { type FieldDefinition, mayBeEmptied } from './model.ts';

/** A JSON schema, as plain data. */
export type Schema = Readonly<Record<string, unknown>>;

/** Largest value of a .NET decimal, rounded down to what a double can tell. */
export const decimalLimit = 7.9e28;
/** Bounds of a .NET Int32. */
export const int32 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

/** Id under which an entity's schema is stored, such as `Product.SkuOnhand`. */
export function schemaId(entity: EntityName): string {
  return `norce:${entity}`;
}

/** Id of the looser schema for records that only point to an existing one. */
export function linkSchemaId(entity: EntityName): string {
  return `norce:${entity}:link`;
}

function valueSchema(field: FieldDefinition): Schema {
  switch (field.type) {
    case 'text':
      return { type: 'string', ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }) };
    case 'date':
      return { type: 'string', format: 'norce-date' };
    case 'uuid':
      return { type: 'string', format: 'norce-uuid' };
    case 'integer':
      return field.enum === undefined ? { type: 'integer', ...int32 } : { enum: enumValues(field) };
    case 'decimal':
      return { type: 'number', minimum: -decimalLimit, maximum: decimalLimit };
    case 'boolean':
      return { type: 'boolean' };
    case 'texts':
      return { type: 'array', items: { type: 'string' } };
    case 'record':
      return { $ref: schemaId(field.record as EntityName) };
    case 'records': {
      const entity = field.record as EntityName;
      return { type: 'array', items: { $ref: field.list?.links ? linkSchemaId(entity) : schemaId(entity) } };
    }
  }
}

/** What a field with an enumeration may hold, in the form that Connect reads. */
export function enumValues(field: FieldDefinition): readonly (string | number)[] {
  const values = enums[field.enum as keyof typeof enums];
  return field.enumAs === 'name' ? Object.keys(values) : Object.values(values);
}

function fieldSchema(field: FieldDefinition): Schema {
  const schema = valueSchema(field);
  if (!mayBeEmptied(field)) return schema;
  if (Array.isArray(schema.enum)) return { enum: [...schema.enum, null] };
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [{ type: 'null' }, schema] };
}

/** Whether a record must not come without the field. */
export function isRequired(field: FieldDefinition): boolean {
  return field.required === 'always' || field.unlisted === 'required';
}

/**
 * The schema of one entity: types, lengths, enumerations, and the fields without which Connect cannot
 * update the record or would write an empty value. Unknown properties are not its business, because their
 * treatment is the author's choice.
 */
function entitySchema(name: EntityName, id: string, requires: (field: FieldDefinition) => boolean): Schema {
  const fields = Object.entries(entities[name].fields as Record<string, FieldDefinition>);
  return {
    $id: id,
    type: 'object',
    properties: Object.fromEntries(fields.map(([key, field]) => [key, fieldSchema(field)])),
    required: fields.filter(([, field]) => requires(field)).map(([key]) => key),
  };
}

/** Schemas of all entities, for one ajv instance. */
export function allSchemas(): readonly Schema[] {
  return (Object.keys(entities) as EntityName[]).flatMap((name) => [
    entitySchema(name, schemaId(name), isRequired),
    entitySchema(name, linkSchemaId(name), () => false),
  ]);
}

/** The schema that an item of each import must satisfy. */
export function rootSchemas(): Readonly<Record<ImportName, string>> {
  return Object.fromEntries(importNames.map((name) => [name, schemaId(imports[name].entity)])) as Record<
    ImportName,
    string
  >;
}
