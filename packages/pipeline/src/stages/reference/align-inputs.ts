import { GeneMismatchError, type Notice } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { alignGenes, type GeneAlignment } from "@flashdeconv/select-genes";
import { type ColumnMatch, compareColumns, type NamedColumn } from "@flashdeconv/select-genes/internal";
import type { RunContext } from "../../contracts/run-context.js";

/** A side's genes, and, where its store is known, the other columns that could name them. */
export interface NamedSide {
  readonly geneNames: readonly string[];
  readGeneColumns?(options?: { readonly signal?: AbortSignal }): Promise<readonly NamedColumn[]>;
}

/**
 * `alignGenes`; where no gene or few are shared, error and notice also say which columns of var would match, and how many genes.
 *
 * @throws GeneMismatchError where no gene is shared
 */
export async function alignInputs(
  spatial: NamedSide,
  reference: NamedSide,
  { signal, notices }: Pick<RunContext, "signal" | "notices">,
): Promise<GeneAlignment> {
  const alignment = await alignOrAdvise(spatial, reference, signal);
  for (const notice of alignment.notices) notices.add(notice);
  return alignment;
}

async function alignOrAdvise(
  spatial: NamedSide,
  reference: NamedSide,
  signal: AbortSignal | undefined,
): Promise<GeneAlignment> {
  const adviceBeyond = async (sharedCount: number) => {
    const [best] = await betterColumns(spatial, reference, sharedCount, signal);
    return best && describeMatch(best);
  };
  try {
    const alignment = alignGenes(spatial.geneNames, reference.geneNames);
    const few = alignment.notices.find(({ code }) => code === FEW_SHARED);
    const advice = few && (await adviceBeyond(alignment.geneNames.length));
    if (!advice) return alignment;
    const withAdvice = (notice: Notice) =>
      notice === few ? { ...notice, message: `${notice.message} ${advice}` } : notice;
    return { ...alignment, notices: alignment.notices.map(withAdvice) };
  } catch (error) {
    if (!(error instanceof GeneMismatchError)) throw error;
    const advice = await adviceBeyond(0);
    if (!advice) throw error;
    const { found, expected, remedy } = error;
    throw new GeneMismatchError({ subject: "gene names", found, expected, remedy: `${advice} ${remedy}` });
  }
}

const FEW_SHARED = "few-shared-genes";
/** A match is worth naming where it shares so many times as many genes as the present one. */
const WORTH_NAMING = 1.05;

/** Pairs of columns of var that would share more genes than the present names do, most first. */
export async function betterColumns(
  spatial: NamedSide,
  reference: NamedSide,
  sharedCount: number,
  signal?: AbortSignal,
): Promise<ColumnMatch[]> {
  const columnsOf = async (side: NamedSide): Promise<readonly NamedColumn[]> =>
    (await side.readGeneColumns?.({ signal })) ?? [{ key: undefined, names: side.geneNames }];
  const matches = compareColumns(await columnsOf(spatial), await columnsOf(reference));
  return matches.filter((match) => match.sharedCount > WORTH_NAMING * sharedCount);
}

/** A sentence with the options to give. */
export function describeMatch({ spatialKey, referenceKey, sharedCount }: ColumnMatch): string {
  const ours = spatialKey === undefined ? "the index of the spatial data" : optionName("geneKey", spatialKey);
  const theirs =
    referenceKey === undefined ? "the index of the reference" : optionName("referenceGeneKey", referenceKey);
  return `With ${ours} and ${theirs}, ${numbered(sharedCount, "gene")} would be shared.`;
}
