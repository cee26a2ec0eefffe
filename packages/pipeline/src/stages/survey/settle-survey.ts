import type { ReferenceSignature } from "@flashdeconv/core";
import { numbered, shortList } from "@flashdeconv/core/internal";
import { finishCountCheck } from "@flashdeconv/normalize";
import { genesInSignature } from "@flashdeconv/select-genes/internal";
import type { StatArray } from "@flashdeconv/solver";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { Census } from "../../contracts/tasks.js";
import { isWhole, noteUnusedPermission } from "../reference/require-counts.js";
import type { UsualDepths } from "./depth-sums.js";
import { noteUncounted } from "./gather-evidence.js";
import { judgeValues, noteDeepSpots, noteReport } from "./judge-values.js";
import { wantedCounts } from "./survey-spots.js";

/** What a survey of a part of the section has left to be said by all of it. */
export interface OpenSurvey {
  readonly surveyedSpotCount: number;
  readonly depths: UsualDepths | undefined;
  /** The reference over the shared genes. */
  readonly shared: ReferenceSignature;
  /** Shared genes with counts on both sides, as far as was seen. */
  readonly genes: Int32Array;
  /** Those that the reference has counts of and the part of the section has not. */
  readonly unseen: Int32Array;
  /** Whether the reference holds nothing that allowing values other than counts would have to allow. */
  readonly isReferenceWhole: boolean;
}

/** The genes of the reference that are not among those with counts on both sides. */
export function unseenGenes(shared: ReferenceSignature, genes: Int32Array): Int32Array {
  const seen = new Set(genes);
  return genesInSignature(shared).filter((gene) => !seen.has(gene));
}

/** What the pass over all spots found. */
export interface SectionCensus {
  readonly census: Census;
  /** Counts of each spot over the genes in use. */
  readonly librarySizes: StatArray;
}

/**
 * Settles, once all spots have been read, what a survey of a part of them could not: that all values are counts, and what is to be told of
 * values, genes and very deep spots.
 *
 * @throws CountError as the survey of all does
 */
export async function settleSurvey(
  spatial: SpatialInput,
  open: OpenSurvey,
  { census, librarySizes, options }: SectionCensus & { readonly options: DeconvolveOptions },
  run: RunContext,
): Promise<void> {
  const { notices } = run;
  const { depths, isReferenceWhole } = open;
  const report = finishCountCheck(census.check);
  const counts = wantedCounts(options, true);
  await judgeValues(report, spatial, counts, run);
  noteReport(report, counts, notices);
  noteUnusedPermission(options, isWhole(report) && isReferenceWhole, notices);
  noteLeftOut(open, census.spotCounts, notices);
  if (!depths) return;
  let deepCount = 0;
  for (const size of librarySizes) if (size >= depths.cap) deepCount++;
  noteDeepSpots(depths, deepCount, notices);
}

function noteLeftOut(
  { surveyedSpotCount, shared, genes, unseen }: OpenSurvey,
  spotCounts: Int32Array,
  notices: NoticeList,
): void {
  const { geneNames } = shared;
  const missed = [...unseen.keys()].filter((i) => spotCounts[i] > 0);
  const absent = {
    reference: geneNames.length - genes.length - unseen.length,
    section: unseen.length - missed.length,
  };
  noteUncounted(genes.length, absent, notices);
  if (missed.length === 0) return;
  missed.sort((a, b) => spotCounts[b] - spotCounts[a] || a - b);
  const names = missed.map((i) => `"${geneNames[unseen[i]]}" (${numbered(spotCounts[i], "spot")})`);
  notices.add({
    code: "rare-genes",
    message: `Left out: ${numbered(missed.length, "shared gene")} without a count in the ${numbered(surveyedSpotCount, "spot")} that the genes' totals are taken from, though other spots have some: ${shortList(names, (name) => name)}. They are less than 1 % of what each type of the reference expresses.`,
  });
}
