import type { StoreSummary } from "@flashdeconv/io-zarr";
import type { CountReport } from "@flashdeconv/normalize";
import type { MemoryPlan } from "@flashdeconv/pipeline";
import type { ReferenceReport } from "./compare-reference.js";
import type { LayerReport } from "./layer-report.js";

/** What `inspect` found out. */
export interface Inspection {
  readonly path: string;
  /** What the input was found to be, where it is not a Zarr store. */
  readonly called: string | undefined;
  readonly summary: StoreSummary;
  /** The matrix whose values were looked at; undefined for a store without one, such as a result. */
  readonly matrix:
    | { readonly path: string; readonly counts: CountReport; readonly geneNames: readonly string[] }
    | undefined;
  /** What is wrong with the coordinates, where that was looked at. */
  readonly placesTrouble?: string;
  /** All matrices, and which of them hold raw counts. */
  readonly layers: LayerReport;
  readonly reference: ReferenceReport | undefined;
  /** Where that lies. */
  readonly referencePath: string | undefined;
  /** The same of the reference's store; undefined for a table. */
  readonly referenceLayers: LayerReport | undefined;
  /** How a run with the usual options would keep within its memory; undefined where there is nothing to run. */
  readonly memory: MemoryPlan | string | undefined;
}
