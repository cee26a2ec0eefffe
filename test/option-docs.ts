import type { OptionSpec } from "@flashdeconv/core/internal";
import {
  BUILT_IN_SOLVERS,
  DECONVOLVE_OPTIONS,
  type DeconvolveOptions,
  METHOD_NAMES,
} from "@flashdeconv/pipeline";
import {
  type DescribedOption,
  describeOption,
  describeOwnOption,
} from "../apps/cli/src/options/describe-option.js";
import { inFlags } from "../apps/cli/src/options/option-flags.js";

const HEAD = `# Options

What \`run\` and \`deconvolve\` can be told about how a section is deconvolved. \`run --help\` and the checks are made from the same
schema (\`DECONVOLVE_OPTIONS\` of the pipeline, \`options\` of a solver), and so is this page: \`vitest run test/option-docs.test.ts -u\` writes it.
An option without an entry under *methods* is one that all have. An option that a method lacks is refused.
`;

const names = (Object.keys(DECONVOLVE_OPTIONS) as (keyof DeconvolveOptions)[]).filter(
  // What to load is no value of a schema.
  (name) => DECONVOLVE_OPTIONS[name].kind.form !== "object",
);

/** docs/options.md. */
export function optionsPage(): string {
  const columns = ["on the command line", "in the library", "what it is", "values", "default", "methods"];
  const rows = names
    .map(describeOption)
    .map((option) => [
      code(option.flag),
      code(option.name),
      sentence(meaningOf(option)),
      option.spec.kind.rule,
      [option.default ?? usualOf(option.spec), option.because].filter(isThere).join(": "),
      option.methods.length === METHOD_NAMES.length ? "" : option.methods.join(", "),
    ]);
  return [HEAD, table(columns, rows), ...Object.keys(BUILT_IN_SOLVERS).map(solverPage)].join("\n");
}

/** The options of a solver of ours. */
function solverPage(solver: string): string {
  const own = BUILT_IN_SOLVERS[solver].options?.table as Readonly<Record<string, OptionSpec>>;
  const options = Object.entries(own);
  const rows = options.map(([name, spec]) => [
    code(name),
    sentence(asCode(spec.meaning)),
    spec.kind.rule,
    [usualOf(spec), spec.because && asCode(spec.because)].filter(isThere).join(": "),
  ]);
  return `## The solver ${solver}\n\n${table(["in solverOptions", "what it is", "values", "default"], rows)}`;
}

/** The table of methods' options in the README of the command line. */
export function readmeTable(): string {
  const own = ["shrinkage", "lambda", "rho"].map(describeOwnOption);
  const rows = [...names.map(describeOption), ...own].map((option) => {
    const of = option.methods.length === METHOD_NAMES.length ? "" : `of ${option.methods.join(", ")}: `;
    const not = option.flag.startsWith("--no-") ? "do not " : "";
    const usual = option.default === undefined ? "" : ` (default: ${option.default})`;
    return [code(`${option.flag}${valuesOf(option)}`), `${of}${not}${meaningOf(option)}${usual}`];
  });
  return table(["method", ""], rows);
}

function valuesOf({ spec: { kind } }: DescribedOption): string {
  if (kind.form === "switch") return "";
  return ` ${[...kind.choices, ...(kind.form === "number" ? ["NUMBER"] : [])].join("|")}`;
}

function usualOf({ default: usual }: OptionSpec): string | undefined {
  return usual === undefined ? undefined : String(usual);
}

function meaningOf({ spec }: DescribedOption): string {
  return inFlags(asCode(spec.meaning));
}

/** Settings of other options, as `{ graph: "knn" }`. */
function asCode(text: string): string {
  return text.replace(/\{ [^}]+ \}/g, code);
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line), ""].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function isThere(text: string | undefined): text is string {
  return text !== undefined;
}
