import { MemoryPlanError } from "@flashdeconv/core";
import { inspectStore, type SpatialDataset } from "@flashdeconv/io-zarr";
import { DECONVOLVE_DEFAULTS } from "@flashdeconv/pipeline";
import { type MemoryFacts, memoryFacts, type PlaceFacts } from "@flashdeconv/pipeline/internal";
import {
  type InspectedSection,
  inspectReference,
  inspectSection,
  type LayerReport,
  type ReferenceReport,
  reportLayers,
} from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { INPUT_KINDS } from "../options/input-kinds.js";
import { addInputOptions, type SectionFlags, sectionOptions } from "../options/input-options.js";
import { inTermsOfFlags, namedInFlags } from "../options/option-flags.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseBytes } from "../options/parse-bytes.js";
import { parseNumber } from "../options/parse-number.js";
import type { ResourceFlags } from "../options/resource-options.js";
import { addStoreOptions, storeAccess } from "../options/store-options.js";
import { planResources } from "../resources/plan-resources.js";
import { noteChoice } from "../stores/note-choice.js";
import { isTable } from "../stores/read-text.js";
import { sectionAt } from "../stores/section-at.js";
import { type ReferenceFlags, type ReferenceSource, withReference } from "../stores/with-reference.js";
import { type LocatedStore, withStore } from "../stores/with-store.js";
import { describeInspection } from "../terminal/describe-inspection.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv inspect section.zarr
  flashdeconv inspect section.zarr --reference cells.zarr --cell-type-key annotation
  flashdeconv inspect section.zarr --layer counts --json
  flashdeconv inspect sdata.zarr --table square_008um`;

interface InspectFlags extends ResourceFlags, SectionFlags, Partial<ReferenceFlags>, TerminalOptions {}

export function addInspectCommand(program: Command, environment: Environment): void {
  const command = program
    .command("inspect")
    .description(
      "Shows what an input holds and whether it can be deconvolved. Reads up to 10,000 rows, writes nothing.",
    )
    .argument("<input>", INPUT_KINDS)
    .option(
      "--reference <path>",
      "reference to compare with: single cells in any of these formats, or a table of mean counts",
    );
  addInputOptions(command)
    .option("--workers <count>", "plan memory for so many threads", parseNumber("--workers"))
    .option("--max-memory <size>", "plan for so much memory", parseBytes("--max-memory"));
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((given: string, flags: InspectFlags) =>
      useTerminal(environment, flags, async (terminal) => {
        const { reference } = flags;
        refuseWithoutObject(flags, {
          ...remoteObjects([given, reference], flags),
          reference: reference !== undefined,
          cells: reference !== undefined && !isTable(reference),
        });
        const { path, table } = await sectionAt(given, flags.table, storeAccess(flags));
        return withStore(path, storeAccess(flags), (store) =>
          inspect(redactUrl(path), store, { ...flags, table }, terminal),
        );
      }),
    );
}

async function inspect(
  path: string,
  store: LocatedStore,
  flags: InspectFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { signal, note } = terminal;
  const { spatial, ...section } = await inspectSection(store, sectionOptions(flags), {
    signal,
    onNotice: note,
    readsPlaces: !isRemote(path),
    onOpened: () => noteChoice(store, terminal),
    onProgress: progressOf(terminal, "rows"),
  });
  const { summary, layers, matrix, placesTrouble } = section;
  if (spatial && !isRemote(path)) await noteRepeatedNames(spatial, signal);
  const referenceLayers = await referenceLayersOf(flags, signal);
  const {
    report: reference,
    typeCount,
    source,
  } = referenceLayers?.isMissingX && flags.referenceLayer === undefined
    ? {}
    : await compareGiven({ spatial, ...section }, flags, terminal);
  const memory =
    spatial &&
    planOrReason(spatial, { typeCount, sectionCount: summary.sections?.sections.length }, flags, {
      isFar: isRemote(path) || isRemote(flags.reference ?? ""),
      reference: source?.memory,
      // Coordinates that are not there, or damaged, are told where they are wanted.
      coordinateBytes: await spatial.coordinateBytes({ signal }).catch(unlessAborted(signal)),
      heldBytes: store.heldBytes ?? 0,
    });
  return describeInspection(
    {
      path,
      called: store.called,
      referencePath: flags.reference && redactUrl(flags.reference),
      ...{ summary, matrix, layers, placesTrouble, reference, referenceLayers, memory },
    },
    terminal.notices,
  );
}

/** Reads all names, which tells of those that repeat. Behind a network that would fetch them; a run tells when it writes them. */
async function noteRepeatedNames(spatial: SpatialDataset, signal: AbortSignal): Promise<void> {
  for await (const _ of spatial.spotNames({ signal }));
}

async function compareGiven(
  section: InspectedSection,
  { reference, ...flags }: InspectFlags,
  terminal: Terminal,
): Promise<{ report?: ReferenceReport; typeCount?: number; source?: ReferenceSource }> {
  if (reference === undefined) return {};
  return withReference({ reference, ...flags }, terminal, async (input, source) => {
    const options = { signal: terminal.signal, onProgress: progressOf(terminal, "cells") };
    const report = await inspectReference(section, input, options, {
      tooMany: "flashdeconv check reads all cells",
      because: (error) => inTermsOfFlags(error).message,
    });
    return { report, typeCount: report.types.length, source };
  });
}

/** The matrices of a reference's store; undefined for a table, or without a reference. */
async function referenceLayersOf(
  { reference, ...flags }: InspectFlags,
  signal: AbortSignal,
): Promise<LayerReport | undefined> {
  if (reference === undefined || isTable(reference)) return undefined;
  return withStore(reference, storeAccess(flags), async (store) =>
    reportLayers(store, await inspectStore(store, { signal }), { signal }),
  );
}

/** The plan for a run with the usual options, or why there is none. */
function planOrReason(
  spatial: SpatialDataset,
  { typeCount, sectionCount }: Partial<Pick<MemoryFacts, "typeCount" | "sectionCount">>,
  flags: ResourceFlags,
  places: PlaceFacts,
) {
  const facts = { ...memoryFacts(spatial, undefined, DECONVOLVE_DEFAULTS, places), sectionCount };
  try {
    return planResources(typeCount === undefined ? facts : { ...facts, typeCount }, flags);
  } catch (error) {
    if (error instanceof MemoryPlanError) return namedInFlags(error.message);
    throw error;
  }
}

function unlessAborted(signal: AbortSignal): () => number {
  return () => {
    signal.throwIfAborted();
    return 0;
  };
}

function progressOf({ progress }: Terminal, unit: string): (done: number, total: number) => void {
  return (done, total) => progress.update({ stage: `looking at ${unit}`, done, total, unit });
}
