import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { FAMILIES, METHODS } from "./methods.mjs";
import { GIVEN_SETS, GROUPS, QUICK_SETS } from "./truth-sets.mjs";

export const HELP = `Measures how close the built command line comes to known truths.

pnpm bench:accuracy [options]
  --group <${Object.keys(GROUPS).join("|")}>
                       which sections (default: development); look at judging only when nothing is left to tune
  --quick              one seed of a few sections, some minutes
  --sets <a;b>         only these sections, by name
  --methods <a;b>      only these methods, by name
  --seeds <count>      how many of the group's seeds (default: all)
  --curves <a;b>       show the regret of these methods only (default: of all)
  --no-curves          without the strengths that show the regret
  --peer               also run the Python package, where it can be imported
  --parallel <count>   sections at a time (default: all cores)
  --name <name>        of the file in benchmarks/results (default: accuracy-GROUP if everything is measured)

A run of less than everything prints its tables and is kept under a --name only.
Methods: ${METHODS.map(({ name }) => name).join("; ")}`;

/** Reads the command line. Throws an Error that says what is wrong with it. */
export function parseAccuracyOptions(args) {
  const { values } = parseArgs({
    // pnpm hands a "--" on as it is.
    args: args.filter((arg, at) => arg !== "--" || at > 0),
    options: {
      group: { type: "string", default: "development" },
      quick: { type: "boolean", default: false },
      sets: { type: "string" },
      methods: { type: "string" },
      seeds: { type: "string" },
      curves: { type: "string" },
      "no-curves": { type: "boolean", default: false },
      peer: { type: "boolean", default: false },
      parallel: { type: "string", default: String(availableParallelism()) },
      name: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { group, quick } = values;
  requireKnown("--group", [group], Object.keys(GROUPS));
  const { sets, seeds, given } = GROUPS[group];
  const setNames = [...(given ? Object.keys(GIVEN_SETS) : []), ...Object.keys(sets)];
  const wantedSets =
    list(values.sets) ?? (quick ? QUICK_SETS.filter((name) => setNames.includes(name)) : undefined);
  const methods = list(values.methods);
  requireKnown("--sets", wantedSets ?? [], setNames);
  requireKnown(
    "--methods",
    methods ?? [],
    METHODS.map(({ name }) => name),
  );
  if (values.name !== undefined && !/^[\w.-]+$/.test(values.name)) {
    throw new Error(`--name is "${values.name}": letters, digits, dots and dashes make a file name here.`);
  }
  const seedCount =
    values.seeds === undefined ? (quick ? 1 : seeds.length) : wholeNumber("--seeds", values.seeds);
  const families = Object.keys(FAMILIES);
  const curves = values["no-curves"] ? [] : (list(values.curves) ?? families);
  requireKnown("--curves", curves, families);
  const isWhole = !wantedSets && !methods && seedCount >= seeds.length && curves.length === families.length;
  return {
    group,
    sets: wantedSets ?? setNames,
    methods,
    seeds: seeds.slice(0, seedCount),
    curves,
    peer: values.peer,
    parallel: wholeNumber("--parallel", values.parallel),
    name: values.name ?? (isWhole ? `accuracy-${group}` : undefined),
    help: values.help,
  };
}

function list(text) {
  return text?.split(";").map((item) => item.trim());
}

function requireKnown(option, values, known) {
  const wrong = values.find((value) => !known.includes(value));
  if (wrong !== undefined) throw new Error(`${option} has "${wrong}": give some of ${known.join("; ")}.`);
}

function wholeNumber(option, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option} is "${text}": give a whole number from 1.`);
  return Number(text);
}
