import { OptionError } from "@flashdeconv/core";
import { compareCodePoints } from "@flashdeconv/core/internal";
import type { Amount, SolveSummaryOptions } from "../../contracts/options.js";
import type { Problem } from "../../contracts/problem.js";
import type { SectionSummary } from "../../contracts/summary.js";
import type { CellsPerSpot } from "./cells-of-spots.js";

type Measured = Pick<SectionSummary, "measures" | "countsPerCell">;

/** What a solver's abundances are amounts of: where signatures are mean counts of cells as they are, of cells. */
export function measuresOf({ scale, normalization }: Pick<Problem, "scale" | "normalization">): Amount {
  if (scale === "weighed counts") return "rna";
  return scale === "normalized" && normalization.kind === "log-cpm" ? "rna" : "cells";
}

/** What the proportions are shares of. */
export function amountOf({ measures = "rna" }: Measured, { amount }: { readonly amount: Amount }): Amount {
  return measures === "cells" ? measures : amount;
}

/** What each of the solver's types has its abundance divided by, so that the proportions are of cells; undefined where nothing is. */
export function divisorsOf(
  {
    reference: { typeNames },
    silentTypes,
    ...summary
  }: Measured & Pick<SectionSummary, "reference" | "silentTypes">,
  options: { readonly amount: Amount },
): Float64Array | undefined {
  const { measures = "rna", countsPerCell } = summary;
  if (measures === "cells" || options.amount === "rna") return undefined;
  if (!countsPerCell) throw unknownCounts("amount", "cells");
  const all = [...typeNames, ...silentTypes].sort(compareCodePoints);
  return Float64Array.from(typeNames, (name) => countsPerCell[all.indexOf(name)]);
}

/** How many cells spots hold, where that was asked for, with what makes cells of the shares. */
export function cellsAsked(
  summary: Measured,
  { cellsPerSpot, amount }: Pick<SolveSummaryOptions, "cellsPerSpot" | "amount">,
): CellsPerSpot | undefined {
  if (cellsPerSpot === undefined) return undefined;
  if (amountOf(summary, { amount }) === "cells") return { perSpot: cellsPerSpot };
  const { countsPerCell } = summary;
  if (!countsPerCell) throw unknownCounts("cellsPerSpot", cellsPerSpot);
  return { perSpot: cellsPerSpot, countsPerCell };
}

/** Refuses an amount that a kept summary cannot be told in. */
export function requireAmount(summary: Measured, amount: Amount, isGiven: boolean): void {
  const { measures = "rna", countsPerCell } = summary;
  if (measures === "cells") {
    if (!isGiven) return;
    throw new OptionError({
      option: "amount",
      value: amount,
      rule: "nothing with these statistics, which were fitted with the mean counts of cells: shares are of cells",
      remedy: "Leave it out.",
    });
  }
  if (amount === "cells" && !countsPerCell) throw unknownCounts("amount", "cells");
}

function unknownCounts(option: string, value: unknown): OptionError {
  return new OptionError({
    option,
    value,
    rule: `${option === "amount" ? "rna" : "nothing"}, since these statistics do not say how many counts a cell of each type has`,
    remedy: "Run it on the section itself, with a reference of single cells.",
  });
}
