/**
 * How options are described: one table per stage or solver, from which checks, defaults, help and documents are made.
 *
 * @example
 * import { checkedOptions, number, oneOf, type OptionTable } from "@flashdeconv/core/options";
 *
 * interface PaintOptions {
 *   readonly colour: "red" | "blue";
 *   readonly coats: number;
 * }
 * const PAINT: OptionTable<PaintOptions> = {
 *   colour: { kind: oneOf("red", "blue"), default: "red", meaning: "what it is painted with" },
 *   coats: { kind: number({ above: 0 }), default: 2, meaning: "how thickly" },
 * };
 * console.log(checkedOptions(PAINT, { colour: "blue" })); // { colour: 'blue', coats: 2 }
 */
export {
  type OptionSchema,
  optionSchema,
  type SchemaIssue,
  type SchemaResult,
} from "./options/option-schema.js";
export {
  checkedOptions,
  checkOption,
  defaultsOf,
  type OptionSpec,
  type OptionTable,
} from "./options/option-table.js";
export {
  anObject,
  type NumberBounds,
  number,
  oneOf,
  optional,
  type ValueKind,
  wholeNumber,
  wordsOr,
  yesOrNo,
} from "./options/value-kind.js";
