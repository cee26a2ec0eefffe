import { type CsrChunk, generatedSource, OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { type Names, type UnsObject, writeAnnData } from "@flashdeconv/io-zarr";
import { LAYERS_RECORD, WRITTEN_AS } from "@flashdeconv/io-zarr/internal";
import { type ExpressionInput, expressionLayers, sumExpression } from "@flashdeconv/pipeline/internal";
import type { StagedStore } from "@flashdeconv/stores";
import type { Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";
import type { OpenResult } from "./expression-inputs.js";
import type { NamedRegions } from "./read-regions.js";

export interface ExpressionToWrite {
  readonly target: StagedStore;
  readonly input: ExpressionInput;
  readonly wanted: Parameters<typeof expressionLayers>[1];
  readonly typeNames: readonly string[];
  readonly geneNames: readonly string[];
  readonly result: OpenResult;
  readonly spotNames: Names;
  readonly uns: UnsObject;
}

export interface WrittenExpression {
  readonly rows: number;
  readonly rowKind: "spot" | "region";
  /** Of the section. */
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  readonly geneCount: number;
  /** Counts of the wanted genes, and those of them of which no type is expected. */
  readonly observed: number;
  readonly unassigned: number;
}

/** Bytes of sums that are held while a section is read. */
const MOST_SUM_BYTES = 2 ** 30;

/** A row per spot: the counts as they were, and a layer for each type. */
export async function writeLayers(work: ExpressionToWrite, terminal: Terminal): Promise<WrittenExpression> {
  const { target, input, wanted, typeNames, geneNames, result, spotNames, uns } = work;
  const { signal } = terminal;
  const { spotCount } = input.counts;
  const layers = expressionLayers(input, wanted, { signal });
  const names = typeNames.map((name) => result.storedNames[result.typeNames.indexOf(name)]);
  const spatial = result.contents.obsm?.spatial;
  let observed = 0;
  const counted = {
    ...layers.observed,
    async *chunks() {
      for await (const chunk of layers.observed.chunks()) {
        for (const value of chunk.values) observed += value;
        yield chunk;
      }
    },
  };
  await writeAnnData(
    target,
    {
      attributes: { [WRITTEN_AS]: "expression", [LAYERS_RECORD]: names },
      spotCount,
      spotNames,
      geneNames,
      X: counted,
      layers: Object.fromEntries(names.map((name, t) => [name, layers.byType[t]])),
      ...(spatial && { obsm: { spatial } }),
      uns: { ...uns, layers: Object.fromEntries(names.map((name, t) => [name, typeNames[t]])) },
    },
    {
      signal,
      onProgress: writingProgress(terminal, "dividing", { count: spotCount, unit: "spots" }),
    },
  );
  const geneCount = geneNames.length;
  return {
    rows: spotCount,
    rowKind: "spot",
    spotCount,
    typeNames,
    geneCount,
    observed,
    unassigned: layers.unassigned(),
  };
}

/** A row per region and type: sums over the region's spots. */
export async function writeSums(
  work: ExpressionToWrite,
  { codes, names }: NamedRegions,
  terminal: Terminal,
): Promise<WrittenExpression> {
  const { target, input, wanted, typeNames, geneNames, uns } = work;
  const geneCount = geneNames.length;
  const typeCount = typeNames.length;
  const rowCount = names.length * typeCount;
  if (8 * (rowCount + names.length) * geneCount > MOST_SUM_BYTES) {
    throw new OptionError({
      option: "--by",
      value: names.length,
      rule: `sums of at most 1 GiB; ${numbered(names.length, "region")} x ${numbered(typeCount, "type")} x ${numbered(geneCount, "gene")} are more`,
      remedy: "Give fewer genes or types, or a column of fewer values.",
    });
  }
  const { signal } = terminal;
  const onProgress = writingProgress(terminal, "dividing", { count: input.counts.spotCount, unit: "spots" });
  let spotsDone = 0;
  const onSpots = (count: number) => {
    spotsDone += count;
    onProgress({ spotsDone, spotCount: input.counts.spotCount });
  };
  const found = await sumExpression(input, { codes, count: names.length }, wanted, { signal, onSpots });
  const { sums, unassigned, spotCounts } = found;
  const outside = codes.reduce((count, code) => count + (code < 0 ? 1 : 0), 0);
  if (outside > 0) {
    const message = `Spots without a value in the column lie in no region: ${outside} of ${codes.length}.`;
    terminal.note({ code: "spots-of-no-region", message });
  }
  const regionOf = (row: number) => Math.floor(row / typeCount);
  const rows = Array.from({ length: rowCount }, (_, row) => row);
  const ofGenes = new Float64Array(geneCount);
  for (const [at, value] of unassigned.entries()) ofGenes[at % geneCount] += value;
  await writeAnnData(
    target,
    {
      attributes: { [WRITTEN_AS]: "expression" },
      spotCount: rowCount,
      spotNames: rows.map((row) => `${names[regionOf(row)]}|${typeNames[row % typeCount]}`),
      geneNames,
      X: denseRows(sums, geneCount),
      obs: [
        { kind: "categorical", name: "region", codes: Int32Array.from(rows, regionOf), categories: names },
        {
          ...{ kind: "categorical", name: "cell_type", categories: typeNames },
          codes: Int32Array.from(rows, (row) => row % typeCount),
        },
        { kind: "number", name: "spots", values: Int32Array.from(rows, (row) => spotCounts[regionOf(row)]) },
      ],
      var: [{ kind: "number", name: "unassigned", values: ofGenes }],
      uns,
    },
    { signal },
  );
  const add = (sum: number, value: number) => sum + value;
  const lost = unassigned.reduce(add, 0);
  const observed = found.observed;
  return {
    rows: names.length,
    rowKind: "region",
    spotCount: input.counts.spotCount,
    typeNames,
    geneCount,
    observed,
    unassigned: lost,
  };
}

/** Rows of sums as sparse ones, in double: what was summed adds up again. */
function denseRows(sums: Float64Array, width: number) {
  const shape = { spotCount: sums.length / width, width, spotsPerChunk: 256 };
  return generatedSource<CsrChunk>(shape, (spotStart, end) => {
    const indptr = new Int32Array(end - spotStart + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (let row = spotStart; row < end; row++) {
      for (let gene = 0; gene < width; gene++) {
        const sum = sums[row * width + gene];
        if (sum === 0) continue;
        indices.push(gene);
        values.push(sum);
      }
      indptr[row - spotStart + 1] = indices.length;
    }
    return {
      ...{ kind: "csr" as const, spotStart, spotCount: end - spotStart, width, indptr },
      indices: Int32Array.from(indices),
      values: Float64Array.from(values),
    };
  });
}
