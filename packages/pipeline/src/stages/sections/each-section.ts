import { type ChunkSource, collect, type DenseChunk, memorySource } from "@flashdeconv/core";
import { namingSection } from "@flashdeconv/core/internal";
import type { AnswerTable, Deconvolution } from "../../contracts/answers.js";
import type { SpotSections } from "../../contracts/inputs.js";
import type { DeconvolveCallbacks } from "../../contracts/run-context.js";
import { checkpointOf, scratchOf, sectionView } from "../../runtime/section-views.js";
import { joinResults } from "./join-results.js";

/** What one section keeps, and whom it tells. */
export type SectionKeeping = Pick<DeconvolveCallbacks, "scratch" | "keptCounts" | "checkpoint" | "onNotice">;

export interface SectionsKeeping extends SectionKeeping {
  /** Told before each section, with its place among the sections. */
  readonly onSection?: (section: number) => void;
}

/** Works on the sections of a store one after the other, each with files and pieces of its own, and joins what comes of it. */
export async function eachSection(
  sections: SpotSections,
  { scratch, keptCounts, checkpoint, onNotice, onSection }: SectionsKeeping,
  work: (section: number, keeping: SectionKeeping) => Promise<Deconvolution>,
): Promise<Deconvolution> {
  const told = new Set<string>();
  const results: Deconvolution[] = [];
  for (const [i, name] of sections.names.entries()) {
    const place = sectionView(i);
    const keeping: SectionKeeping = {
      scratch: scratch && scratchOf(scratch, place),
      // Those of the section before are written over.
      keptCounts,
      checkpoint: checkpoint && checkpointOf(checkpoint, place),
      // What is the reference's is the same for all.
      onNotice(notice) {
        if (told.has(notice.message)) return;
        told.add(notice.message);
        onNotice?.(notice);
      },
    };
    onSection?.(i);
    const found = await namingSection(name, () => work(i, keeping));
    results.push(scratch ? found : await apart(found));
  }
  return joinResults(results, sections);
}

/** Tables that lie in memory of their own already. */
const APART: ReadonlySet<string> = new Set(["dominant", "status", "counts"]);

/** A result in memory of its own: what the solve worked on is given back before the next section. */
async function apart(result: Deconvolution): Promise<Deconvolution> {
  const copied = async (source: ChunkSource<DenseChunk>) => memorySource(await collect(source));
  const proportions = await copied(result.proportions);
  const tables: AnswerTable[] = [];
  for (const table of result.tables) {
    if (table.values === result.proportions) tables.push({ ...table, values: proportions });
    else tables.push(APART.has(table.name) ? table : { ...table, values: await copied(table.values) });
  }
  return { ...result, proportions, tables };
}
