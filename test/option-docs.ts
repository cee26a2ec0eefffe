import type { OptionSpec } from "@flashdeconv/core/internal";
import {
  BUILT_IN_SOLVERS,
  DECONVOLVE_OPTIONS,
  type DeconvolveOptions,
  METHOD_NAMES,
} from "@flashdeconv/pipeline";
import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import { describeOption } from "../apps/cli/src/options/describe-option.js";
import { inFlags } from "../apps/cli/src/options/option-flags.js";

const HEAD = `# Options

Options of \`run\` and, without dashes or under their second name, of \`deconvolve\`. A method refuses options of others. Made from the schema by
\`vitest run test/option-docs.test.ts -u\`.
`;

const OWN = `## Options of the solvers

Where there is no flag, \`--solver-options\` or \`solverOptions\` takes them. The solver of the method flashdeconv is \`bcd\`.
`;

/** Options of solvers that the command line has a flag for. */
const WITH_FLAG = ["lambda", "rho", "shrinkage"];

const names = (Object.keys(DECONVOLVE_OPTIONS) as (keyof DeconvolveOptions)[]).filter(
  // What to load is not a value of a schema.
  (name) => DECONVOLVE_OPTIONS[name].kind.form !== "object",
);

/** docs/options.md. */
export function optionsPage(): string {
  const rows = names.map(describeOption).map((option) => {
    const of = option.methods.length === METHOD_NAMES.length ? "" : `of ${option.methods.join(", ")}: `;
    const usual = [option.default ?? usualOf(option.spec), option.because].filter(isThere).join(": ");
    return [flagAndName(option.flag, option.name), of + meaningOf(option.spec), valuesOf(option.spec), usual];
  });
  const columns = ["option", "what it is", "values", "default"];
  return [HEAD, table(columns, rows), OWN, table(columns, solverRows())].join("\n");
}

/** The options of our solvers, those that several have alike once. */
function solverRows(): string[][] {
  const rows = new Map<string, { solvers: string[]; row: string[] }>();
  for (const [solver, { options }] of Object.entries(BUILT_IN_SOLVERS)) {
    const own = options?.table as Readonly<Record<string, OptionSpec>>;
    for (const [name, spec] of Object.entries(own)) {
      const usual = [usualOf(spec), spec.because && inWords(spec.because)].filter(isThere).join(": ");
      const flag = WITH_FLAG.includes(name) ? OPTION_FLAGS[name] : undefined;
      const row = [flag ? flagAndName(flag, name) : code(name), meaningOf(spec), valuesOf(spec), usual];
      const key = row.join();
      rows.set(key, { row, solvers: [...(rows.get(key)?.solvers ?? []), solver] });
    }
  }
  return [...rows.values()].map(({ solvers, row: [option, meaning, ...rest] }) => [
    option,
    `of ${solvers.join(", ")}: ${meaning}`,
    ...rest,
  ]);
}

/** The rule of the values, as short as a table wants it. */
function valuesOf({ kind: { rule, choices, form } }: OptionSpec): string {
  if (form === "choice") return choices.join(", ");
  return rule
    .replace("true or false", "")
    .replace("a whole number", "whole")
    .replace("a number", "")
    .replace("of at least 0", "from 0")
    .replace("of at least", "from")
    .replace(/ +/g, " ")
    .trim();
}

function usualOf({ default: usual }: OptionSpec): string | undefined {
  return usual === undefined ? undefined : String(usual);
}

function meaningOf(spec: OptionSpec): string {
  return inWords(spec.meaning);
}

function inWords(text: string): string {
  return inFlags(asCode(text));
}

function flagAndName(flag: string, name: string): string {
  return flag === `--${name}` ? code(flag) : `${code(flag)}, ${code(name)}`;
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

function isThere(text: string | undefined): text is string {
  return text !== undefined;
}
