import { OptionError } from "@flashdeconv/core";
import type { OptionSchema, SchemaIssue } from "@flashdeconv/core/internal";
import type { Solver } from "./solver.js";

/** The options of a solver of others: by its schema, where it has one, and by its `resolveOptions`. */
export function resolvePluginOptions<O extends object>(solver: Solver<O>, given?: Partial<O>): O {
  const { name, options: schema } = solver;
  return solver.resolveOptions(schema ? resolveBySchema(schema, given, `the solver ${name}`) : given);
}

/**
 * The given options as a schema makes them: checked, with its defaults for what is left out.
 *
 * @param whose named in errors, as in "the solver nearest"; left out where the schema's words say enough
 * @throws OptionError for the first issue that the schema finds
 */
export function resolveBySchema<O extends object>(
  schema: OptionSchema<O>,
  given: object = {},
  whose?: string,
): O {
  const result = schema["~standard"].validate(given);
  if ("then" in result) {
    throw new TypeError("the schema of the options answers with a promise, and has to answer at once");
  }
  if (result.issues === undefined) return result.value;
  throw toOptionError(result.issues[0], schema, given, whose);
}

function toOptionError(
  { message, path = [] }: SchemaIssue,
  { table }: OptionSchema,
  given: object,
  whose: string | undefined,
): OptionError {
  const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
  const isUnknown = table !== undefined && keys.length > 0 && !(keys[0] in table);
  return new OptionError({
    option: keys.join(".") || "solverOptions",
    value: keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], given),
    rule: whose === undefined ? message : `what ${whose} takes: ${message}`,
    ...(isUnknown && { remedy: "Check the spelling, or leave it out." }),
  });
}
