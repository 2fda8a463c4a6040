/**
 * TypeScript types of Connect's bodies, derived from the contract data, so that the two cannot differ.
 */
import type { EntityName, entities } from './entities/index.ts';

type NonEmpty<Field, Value> = Field extends { readonly nullable: false } ? Value : Value | null;

type FieldValue<Field> = Field extends { readonly type: 'text' | 'date' | 'uuid' }
  ? string
  : Field extends { readonly type: 'integer'; readonly enum: string }
    ? number | string
    : Field extends { readonly type: 'integer' | 'decimal' }
      ? number
      : Field extends { readonly type: 'boolean' }
        ? boolean
        : Field extends { readonly type: 'texts' }
          ? readonly string[]
          : Field extends { readonly type: 'record'; readonly record: infer Name extends EntityName }
            ? Item<Name>
            : Field extends { readonly type: 'records'; readonly record: infer Name extends EntityName }
              ? readonly Item<Name>[]
              : never;

type Fields<Name extends EntityName> = (typeof entities)[Name]['fields'];

type RequiredNames<Name extends EntityName> = {
  [Key in keyof Fields<Name>]: Fields<Name>[Key] extends { readonly required: 'always' } ? Key : never;
}[keyof Fields<Name>];

/** The body record of an entity: what Connect needs always is required, everything else optional. */
export type Item<Name extends EntityName> = {
  [Key in RequiredNames<Name>]: NonEmpty<Fields<Name>[Key], FieldValue<Fields<Name>[Key]>>;
} & {
  [Key in Exclude<keyof Fields<Name>, RequiredNames<Name>>]?: NonEmpty<
    Fields<Name>[Key],
    FieldValue<Fields<Name>[Key]>
  >;
};
