import { defaultsOf, type OptionTable } from "./option-table.js";

/** What `validate` of a Standard Schema (standardschema.dev, version 1) finds wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
}

export type SchemaResult<O> =
  | { readonly value: O; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * A schema of options: any Standard Schema, as of zod, valibot or arktype. Ours also tell the table they are made from, which help
 * and documents are written from.
 */
export interface OptionSchema<O extends object = object> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<O> | Promise<SchemaResult<O>>;
  };
  readonly table?: OptionTable<O>;
}

/**
 * The schema of a table. It refuses options that are not in it.
 *
 * @param owner whose options they are, as in "the solver bcd"
 */
export function optionSchema<O extends object>(
  owner: string,
  table: OptionTable<O>,
): Required<OptionSchema<O>> {
  const validate = (given: unknown): SchemaResult<O> => {
    const options = Object.entries((given ?? {}) as Partial<O>).filter(([, value]) => value !== undefined);
    const issues = options.flatMap(([option, value]): SchemaIssue[] => {
      const spec = Object.hasOwn(table, option) ? table[option as keyof O] : undefined;
      if (spec?.kind.accepts(value)) return [];
      return [{ message: spec?.kind.rule ?? optionOf(owner, Object.keys(table)), path: [option] }];
    });
    return issues.length > 0
      ? { issues }
      : { value: { ...defaultsOf(table), ...(Object.fromEntries(options) as Partial<O>) } };
  };
  return { table, "~standard": { version: 1, vendor: "flashdeconv", validate } };
}

function optionOf(owner: string, options: readonly string[]): string {
  return `an option of ${owner}: ${options.join(", ") || "it has none"}`;
}
