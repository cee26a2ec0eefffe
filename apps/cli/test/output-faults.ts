import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../output.schema.json" with { type: "json" };

export type Schema = Readonly<Record<string, unknown>>;

/** What `args` printed with `--json`, by the schema's name for it. */
export function outputName(args: readonly string[], code: number): string {
  // 3: done, but --fail-on asks for it.
  return code === 0 || code === 3 ? args[0] : "failure";
}

/**
 * Says how the output of one kind breaks a schema; empty where it does not.
 *
 * @param watchers keywords of the schema that tell their value when they are met
 */
export function faultFinder(
  given: Schema = schema,
  watchers: Readonly<Record<string, (value: string) => unknown>> = {},
): (name: string, output: unknown) => string {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  for (const [keyword, watcher] of Object.entries(watchers)) {
    ajv.addKeyword({ keyword, validate: (value: string) => watcher(value) !== undefined });
  }
  ajv.addSchema(given, "output");
  return (name, output) => {
    const validate = ajv.getSchema(`output#/$defs/${name}`);
    if (!validate) return `no schema is called ${name}`;
    return validate(output) ? "" : ajv.errorsText(validate.errors, { dataVar: name });
  };
}
