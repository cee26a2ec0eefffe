import type { DeconvolveOptions } from "../../contracts/options.js";
import { tablesOf } from "../solve/solver-tables.js";
import { INTERVAL_TABLES, RESOLVED, setTableNames, UNEXPLAINED } from "../table-names.js";

/** Names of the tables that a result has beside those of every result. */
export interface PlannedTables {
  /** Columns of obs. */
  readonly columns: readonly string[];
  /** Tables of obsm. */
  readonly tables: readonly string[];
}

/** What a run with these options may write, known before it. */
export function plannedTables(options: DeconvolveOptions, hasCells: boolean): PlannedTables {
  const { solver, solverOptions, intervals, hierarchy, maxTypes } = options;
  const ofSolver = tablesOf(solver, solver.resolveOptions(solverOptions));
  return {
    columns: [
      ...(solver.input === "weighted-counts" ? [UNEXPLAINED] : []),
      ...setTableNames(maxTypes),
      ...(hierarchy ? [RESOLVED] : []),
    ],
    tables: [
      ...ofSolver.map(({ name }) => name),
      ...(intervals ? INTERVAL_TABLES : []),
      ...(hasCells ? ["cells"] : []),
      ...(hierarchy?.levels.slice(1) ?? []),
    ],
  };
}
