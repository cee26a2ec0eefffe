/**
 * What is measured, as data. `flags` go to `flashdeconv run`; a build whose command line lacks one of them (or one of its
 * choices) skips the method and says so, or takes `otherwise` where there is one.
 *
 * `family` names the strengths that the method's own choice is held against, which makes the regret.
 */
export const METHODS = [
  {
    name: "flashdeconv",
    flags: ["--method", "flashdeconv", "--lambda", "auto"],
    otherwise: ["--lambda", "auto"],
    family: "flashdeconv",
  },
  {
    name: "flashdeconv, chosen",
    flags: ["--method", "flashdeconv", "--smoothing", "auto"],
    family: "flashdeconv",
  },
  {
    name: "flashdeconv, exact",
    flags: ["--method", "flashdeconv", "--sketch-dim", "none", "--lambda", "auto"],
    otherwise: ["--sketch-dim", "none", "--lambda", "auto"],
  },
  { name: "weighted", flags: ["--method", "weighted"], family: "weighted" },
  { name: "refined", flags: ["--method", "refined"], family: "refined" },
  // Where the truth counts cells; run where it is named only.
  { name: "refined, cells", flags: ["--method", "refined", "--amount", "cells"], isExtra: true },
  {
    name: "poisson",
    flags: ["--method", "poisson"],
    otherwise: ["--solver", "./packages/solver-poisson/dist/index.js"],
    family: "poisson",
  },
];

/**
 * Strengths from none to far too strong. `factors` are multiples of what the published rule gives (`lambda_used` of the run
 * `start`); `values` are strengths as they are. With `solve` the counts are read once and `flashdeconv solve` does the rest.
 */
export const FAMILIES = {
  flashdeconv: {
    start: ["--method", "flashdeconv", "--lambda", "auto"],
    otherwise: ["--lambda", "auto"],
    option: "--lambda",
    factors: [0, 0.3, 1, 3, 10, 30, 100, 300],
    solve: true,
  },
  weighted: {
    start: ["--method", "weighted", "--smoothing", "none"],
    option: "--smoothing",
    values: [0, 2, 5, 10, 20, 40, 80, 160, 320],
    solve: true,
  },
  // What is kept is refined at the strength of its run: each strength is run on its own.
  refined: {
    start: ["--method", "refined"],
    option: "--smoothing",
    values: [0, 2, 5, 10, 20, 40, 80, 160, 320],
  },
  poisson: {
    start: ["--method", "poisson"],
    option: "--smoothing",
    values: [0, 5, 20, 80],
  },
};

/** Methods and families that a build with this text of `run --help` knows, and the names of the methods that it does not. */
export function knownMethods(help, wanted) {
  const chosen = METHODS.filter(({ name, isExtra }) =>
    wanted === undefined ? !isExtra : wanted.includes(name),
  );
  const methods = chosen.map((method) => ({ ...method, flags: usableFlags(help, method) }));
  const families = Object.entries(FAMILIES).map(([name, { start, otherwise, ...family }]) => [
    name,
    { ...family, flags: usableFlags(help, { flags: start, otherwise }) },
  ]);
  return {
    methods: methods.filter(({ flags }) => flags !== undefined),
    families: Object.fromEntries(families.filter(([, { flags }]) => flags !== undefined)),
    unknown: methods.filter(({ flags }) => flags === undefined).map(({ name }) => name),
  };
}

function usableFlags(help, { flags, otherwise }) {
  if (isKnown(help, flags)) return flags;
  return otherwise && isKnown(help, otherwise) ? otherwise : undefined;
}

/** Whether the help has each option, and each word given to one in that option's paragraph. */
function isKnown(help, flags) {
  return flags.every((flag, at) => {
    if (flag.startsWith("--")) return paragraph(help, flag) !== "";
    return /^[a-z]/.test(flag) ? new RegExp(`\\b${flag}\\b`).test(paragraph(help, flags[at - 1])) : true;
  });
}

/** The lines that describe an option. */
function paragraph(help, option) {
  const start = help.search(new RegExp(`^ {2}${option}(?![\\w-])`, "m"));
  if (start < 0) return "";
  const [text] = help.slice(start + 2).split(/\n {2}-|\n\n/);
  return text;
}
