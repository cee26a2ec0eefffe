import type { DeconvolveOptions } from "../contracts/options.js";
import { wantsNeighbors } from "../stages/neighbors/wants-neighbors.js";
import type { OptionName } from "./option-groups.js";

/** What must be said of an option that would be ignored: what it stands against, and what to do. */
export interface Refusal {
  readonly rule: string;
  readonly remedy: string;
}

const LEAVE_OUT = "Leave it out.";

const needsLogCpm = ({ preprocess }: DeconvolveOptions) =>
  preprocess === "log-cpm" ? undefined : needs('{ preprocess: "log-cpm" }');
const needsSelection = ({ genes }: DeconvolveOptions) =>
  genes === "selected" ? undefined : needs('{ genes: "selected" }');

/** Why an option would be ignored for what other options say; undefined where it is not. */
export const IGNORED_FOR: Partial<
  Readonly<Record<OptionName, (options: DeconvolveOptions) => Refusal | undefined>>
> = {
  highlyVariableCount: needsSelection,
  markersPerType: needsSelection,
  targetSum: needsLogCpm,
  logBase: needsLogCpm,
  amount: ({ preprocess }) =>
    preprocess === "log-cpm"
      ? undefined
      : {
          rule: `nothing with { preprocess: "${preprocess}" }, which fits the mean counts of cells: shares are of cells`,
          remedy: LEAVE_OUT,
        },
  seed: ({ sketchDimension }) =>
    sketchDimension === "none"
      ? { rule: 'nothing with { sketchDimension: "none" }, which draws no sketch', remedy: LEAVE_OUT }
      : undefined,
  tolerance: ({ maxTypes }) =>
    maxTypes === undefined
      ? undefined
      : {
          rule: `nothing with { maxTypes: ${maxTypes} }, which smooths only to find which types come into question`,
          remedy: LEAVE_OUT,
        },
  empty: ({ empty, maxTypes }) =>
    empty === "nan" || maxTypes === undefined
      ? undefined
      : {
          rule: `nan with { maxTypes: ${maxTypes} }: equal shares of all types are more types than that`,
          remedy: LEAVE_OUT,
        },
  intervals: ({ intervals, maxTypes }) =>
    !intervals || maxTypes === undefined
      ? undefined
      : {
          rule: `it left out with { maxTypes: ${maxTypes} }: they are calibrated for shares of all types, not for a chosen set`,
          remedy: "Leave one of the two out.",
        },
  graph: needsSmoothing,
  neighborCount: (options) => needsSmoothing(options) ?? needsGraph(options, "knn"),
  radius: (options) => needsSmoothing(options) ?? needsGraph(options, "radius"),
};

function needs(setting: string): Refusal {
  return { rule: `nothing without ${setting}`, remedy: `Add ${setting}, or leave it out.` };
}

function needsGraph({ graph }: DeconvolveOptions, kind: DeconvolveOptions["graph"]): Refusal | undefined {
  return graph === kind ? undefined : needs(`{ graph: "${kind}" }`);
}

/** Neighbours are looked at for the smoothing only. */
function needsSmoothing(options: DeconvolveOptions): Refusal | undefined {
  if (wantsNeighbors(options)) return undefined;
  return { rule: "nothing where nothing is smoothed, as neighbours are then not used", remedy: LEAVE_OUT };
}
