import type { StoreSummary } from "@flashdeconv/io-zarr";
import { layerOf, openMatrices } from "@flashdeconv/io-zarr/internal";
import { judgeMatrices, type MatrixVerdict } from "@flashdeconv/pipeline/internal";
import type { ReadableStore } from "@flashdeconv/stores";

/** The matrices of a store, what their values are, and whether the usual one is among them. */
export interface LayerReport {
  readonly matrices: readonly (StoreSummary["matrices"][number] & Pick<MatrixVerdict, "verdict">)[];
  /** A store with matrices but without X: a layer has to be named. */
  readonly isMissingX: boolean;
  /** What an option for the layer has to say to get raw counts. */
  readonly countLayers: readonly string[];
}

/** Looks at a few rows of every matrix. */
export async function reportLayers(
  store: ReadableStore,
  { matrices }: StoreSummary,
  options: { readonly table?: string; readonly signal?: AbortSignal },
): Promise<LayerReport> {
  const verdicts = await judgeMatrices(await openMatrices(store, options), options.signal);
  const verdictOf = (path: string) => verdicts.find(({ layer }) => layer === layerOf(path))?.verdict;
  return {
    matrices: matrices.map((matrix) => ({ ...matrix, verdict: verdictOf(matrix.path) })),
    isMissingX: matrices.length > 0 && matrices.every(({ path }) => path !== "X"),
    countLayers: verdicts.filter(({ verdict }) => verdict === "counts").map(({ layer }) => layer),
  };
}

/** What to do where X is not there or holds no counts; undefined where X does. `flag` names the option for the layer. */
export function adviseOnLayers({ isMissingX, countLayers }: LayerReport, flag: string): string | undefined {
  if (countLayers.includes("X")) return undefined;
  const counts = countLayers.map((layer) => `${flag} ${layer}`).join(" or ");
  const advice = countLayers.length > 0 ? `raw counts are in ${counts}` : "no matrix looks like raw counts";
  if (isMissingX) return `X is missing; ${advice}`;
  return countLayers.length > 0 ? `X holds no raw counts; ${advice}` : undefined;
}
