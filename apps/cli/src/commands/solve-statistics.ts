import { OptionError } from "@flashdeconv/core";
import {
  type DeconvolveCallbacks,
  type Hierarchy,
  type MemoryPlan,
  readSummary,
  recombineTypes,
  type SectionSummary,
  type StageProgress,
  solveSummary,
  writeResult,
} from "@flashdeconv/pipeline";
import {
  eachSection,
  hierarchyOfMerged,
  mayBeStrong,
  mergesIn,
  readStoredSections,
  resolveResultLayout,
  resolveSummaryOptions,
  type StoredSummary,
  type SummarySize,
  stageInWords,
  tableWidth,
} from "@flashdeconv/pipeline/internal";
import { tidyHeap } from "@flashdeconv/pipeline/pool";
import { describePlan } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { STATISTICS_KINDS } from "../options/input-kinds.js";
import { isPlugin, loadSolver } from "../options/load-solver.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import type { ResourceFlags } from "../options/resource-options.js";
import { checkWorkers, type RunFlags } from "../options/run-flags.js";
import { checkSolverFlags, solverOptions } from "../options/solver-options.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import { fileOfLists, type GivenTypeLists } from "../options/type-lists.js";
import { aboutTypes, planTypes, type ReadTypes, readTypes } from "../options/type-options.js";
import { planJson, planResources } from "../resources/plan-resources.js";
import { resourceMeter } from "../resources/resource-meter.js";
import { withScratch } from "../resources/with-scratch.js";
import { withThreads } from "../resources/with-threads.js";
import { lockOptions } from "../stores/lock-options.js";
import { noticesToKeep } from "../stores/notices-to-keep.js";
import { withSections } from "../stores/read-if-there.js";
import { refuseWorkFoldersInside } from "../stores/refuse-overlap.js";
import { openResultPlace } from "../stores/result-place.js";
import { withStore } from "../stores/with-store.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import { countedResult } from "../terminal/counted-result.js";
import { describeRun } from "../terminal/describe-run.js";
import type { FailOn } from "../terminal/reference-score.js";
import { sectionNotices } from "../terminal/section-notices.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { writingProgress } from "../terminal/writing-progress.js";

/** A plan thinks of neighbours as they were asked for; here they have been made mutual already. */
const MUTUAL_DEGREE = 1.3;

/** The options of `solve`; those that `run` has too mean the same. */
export interface SolveFlags
  extends ResourceFlags,
    StoreFlags,
    Pick<
      RunFlags,
      | "overwrite"
      | "format"
      | "keyAdded"
      | "obsColumns"
      | "zarrFormat"
      | "amount"
      | "empty"
      | "fewCounts"
      | "intervals"
      | "lambda"
      | "smoothing"
      | "rho"
      | "shrinkage"
      | "solver"
      | "solverOptions"
      | "solverTimeout"
      | "tolerance"
      | "maxSweeps"
      | "precision"
      | "failOn"
      | "json"
      | "quiet"
    > {
  readonly out: string;
  readonly cellsPerSpot?: number;
  readonly dropType?: readonly string[];
  readonly mergeTypes?: GivenTypeLists;
  readonly hierarchy?: string | Hierarchy;
  readonly level?: string;
}

/** Reads statistics, solves them, writes a result. Whatever fails, the output is as it was before. */
export async function solveStatistics(path: string, flags: SolveFlags, terminal: Terminal): Promise<Outcome> {
  const { signal, note } = terminal;
  const meter = resourceMeter("open", terminal.ownsProcess ? tidyHeap : undefined);
  checkWorkers(flags.workers);
  const layout = resolveResultLayout({
    key: flags.keyAdded,
    obsColumns: flags.obsColumns,
    extraParameters: { statistics: redactUrl(path) },
    command: terminal.commandLine,
  });
  const solver = flags.solver === undefined ? undefined : await loadSolver(flags.solver, flags.solverTimeout);
  checkSolverFlags(solver, flags);
  const { tolerance, maxSweeps, precision, kernels, smoothing, out, overwrite } = flags;
  const { amount, cellsPerSpot, empty, fewCounts, intervals } = flags;
  const own = solverOptions(flags);
  const answering = { amount, cellsPerSpot, empty, fewCounts, intervals };
  const solving = { tolerance, maxSweeps, precision, ...answering, kernels };
  const asked = { solver, smoothing, solverOptions: own, ...solving };
  const format = outputFormat(out, flags.format);
  refuseWithoutObject(flags, {
    ...remoteObjects([path, out, fileOfLists(flags.mergeTypes)], flags),
    zarr: format === "zarr",
    annData: isAnnData(format),
    scratch: flags.useScratch !== "never",
    plugin: isPlugin(flags.solver),
  });
  const access = storeAccess(flags);
  const types = await readTypes(flags, access, terminal);
  await aboutTypes(async () => planTypes(types));
  await refuseWorkFoldersInside(flags, [path, out], access);
  const lock = lockOptions(terminal);
  const output = await openResultPlace({
    input: path,
    alsoRead: [],
    out,
    overwrite,
    access,
    lock,
    zarrFormat: flags.zarrFormat,
    format: flags.format,
  });
  try {
    return await withStore(path, { ...access, expects: STATISTICS_KINDS }, async (store) => {
      let plan: MemoryPlan | undefined;
      const sections = await readStoredSections(store, { signal });
      const streamStatistics = (size: SummarySize) => {
        // Before the statistics are read.
        const { solver, solverOptions } = resolveSummaryOptions(size, asked);
        if (plan) return plan.keeps === "scratch";
        plan = planResources(
          {
            ...size,
            spotCount: sections?.codes.length ?? size.spotCount,
            tableWidth: tableWidth(solver, solver.resolveOptions(solverOptions), size.typeCount),
            geneCount: 0,
            neighborCount: size.meanDegree / MUTUAL_DEGREE,
            chunkBytes: 0,
            areChunksPacked: true,
            transposeBytes: 0,
            isFar: isRemote(path),
            readAheadBytes: 0,
            heldBytes: store.heldBytes ?? 0,
            reference: undefined,
            coordinateBytes: 0,
            sampledValuesPerSpot: 0,
            mayBeStrong: mayBeStrong({
              smoothing,
              ...own,
              input: size.input,
            }),
          },
          flags,
        );
        terminal.tell(describePlan(plan));
        return plan.keeps === "scratch";
      };
      const read = (section: number) =>
        readSummary(sections ? sections.summaryStore(section) : store, { signal, streamStatistics });
      let first: StoredSummary | undefined = await read(0);
      const { spotNames, coordinates } = sections ?? first;
      const spotCount = sections?.codes.length ?? first.summary.spotCount;
      const solveOne = async (section: number, callbacks: DeconvolveCallbacks) => {
        const { summary: whole } = first ?? (await read(section));
        first = undefined;
        const { summary, hierarchy } = await withChangedTypes(whole, types);
        requireScore(summary, flags.failOn);
        const typeNames = [...summary.reference.typeNames, ...summary.silentTypes];
        output.check({ typeNames, hierarchy, key: layout.key });
        const { precision = whole.librarySizes instanceof Float64Array ? "float64" : undefined } = flags;
        return solveSummary(summary, { ...asked, hierarchy, precision }, callbacks);
      };
      const onProgress = (progress: StageProgress) => {
        meter.enter(progress.stage);
        terminal.progress.update(stageInWords(progress, "types"));
      };
      const { threads } = plan as unknown as MemoryPlan;
      meter.enter("solve");
      return await withScratch(plan as unknown as MemoryPlan, flags.scratch, flags.out, async (scratch) => {
        const telling = sections && sectionNotices(sections, terminal);
        const answer = await withThreads(threads, (executor) => {
          const shared = { executor, signal, onProgress };
          if (!sections) return solveOne(0, { ...shared, scratch, onNotice: note });
          return eachSection(sections, { scratch, ...telling }, (section, keeping) =>
            solveOne(section, { ...shared, ...keeping }),
          );
        });
        const result = countedResult(answer);
        const notices = telling?.all(result) ?? terminal.notices;
        meter.enter("write");
        const frame = {
          spotNames: spotNames({ signal }),
          coordinates: withSections(coordinates, sections),
        };
        const kept = { ...result, notices: noticesToKeep(notices) };
        const onWritten = writingProgress(terminal, "writing", { count: spotCount, unit: "spots" });
        await writeResult(output.sinkFor({ layout, signal, onProgress: onWritten }), kept, frame);
        const { lines, json, ...ending } = await describeRun(
          { path: redactUrl(out), key: layout.key, format: output.format },
          result,
          notices,
          flags.failOn,
        );
        const used = { memory: planJson(plan as MemoryPlan), resources: meter.report() };
        return { lines, json: { ...json, ...used }, ...ending };
      });
    });
  } catch (error) {
    // What went wrong first is what is told.
    await output.discard().catch(() => undefined);
    throw error;
  }
}

/** Refuses to fail for a score that nobody knows. */
function requireScore(
  { score, formerScore }: Pick<SectionSummary, "score" | "formerScore">,
  failOn: FailOn | undefined,
): void {
  if (failOn === undefined || score) return;
  const reason = formerScore
    ? "with types left out or taken together the reference is not scored, which takes counts"
    : "these statistics are from before references were scored";
  throw new OptionError({
    option: "--fail-on",
    value: failOn,
    rule: `it left out: ${reason}`,
    remedy: "Run it on the section itself.",
  });
}

/**
 * The summary with the types left out, or taken together, that the flags name, and the hierarchy of those. One that is given is of the
 * summary's types, or of those that the run took together to them.
 */
function withChangedTypes(
  summary: SectionSummary,
  types: ReadTypes,
): Promise<{ readonly summary: SectionSummary; readonly hierarchy: Hierarchy | undefined }> {
  return aboutTypes(async () => {
    const { dropType: drop } = types;
    const typeNames = [...summary.reference.typeNames, ...summary.silentTypes];
    const ofSummary =
      types.hierarchy && hierarchyOfMerged(types.hierarchy, typeNames, mergesIn(summary.parameters));
    const { merge: asked, hierarchy } = planTypes({ ...types, hierarchy: ofSummary });
    // A level that the run has solved at leaves the types as they are.
    const isChange = Object.entries(asked ?? {}).some(
      ([name, [one, ...more]]) => more.length > 0 || one !== name,
    );
    const merge = isChange ? asked : undefined;
    const isSame = drop === undefined && merge === undefined;
    return { summary: isSame ? summary : recombineTypes(summary, { drop, merge }), hierarchy };
  });
}
