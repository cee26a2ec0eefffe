import { counted } from "@flashdeconv/core/internal";
import type { OpenedSection, Place, Runner, SectionChoices } from "../run/protocol.js";
import type { ChoiceField } from "./choice-form.js";
import { type Failure, isStop } from "./failure.js";
import { type Choices, createInputStep, type InputStep } from "./input-step.js";
import type { Live } from "./live.js";
import { labelOf } from "./run-options.js";

export interface SectionHost {
  readonly runner: Runner;
  /** Shows a result that lies there. Rejects where none does. */
  showResult(place: Place, signal: AbortSignal): Promise<void>;
}

/** The section: opened, and what was found in it. */
export function createSectionStep(
  { runner, showResult }: SectionHost,
  onChange: (opened: OpenedSection | undefined) => void,
  live: Live,
): InputStep {
  return createInputStep<OpenedSection>(
    {
      id: "section",
      title: "1. Section",
      noun: "section",
      hint: "AnnData or SpatialData in Zarr (a folder, a link or .zarr.zip), .h5ad, a 10x .h5, a folder of Visium or Visium HD; or a result, to look at it again.",
      accept: ".zip,.h5ad,.h5,.gz",
      async open(place: Place, choices: Choices, signal: AbortSignal) {
        try {
          return await runner.openSection(place, sectionChoices(choices), signal);
        } catch (error) {
          // A result has no counts, so that it is no section.
          if (isStop(error)) throw error;
          try {
            await showResult(place, signal);
            return "result";
          } catch (other) {
            throw isStop(other) ? other : error;
          }
        }
      },
      size: ({ spotCount, geneNames }) =>
        `${counted(spotCount, "spot")}, ${counted(geneNames.length, "gene")}`,
      facts: () => [],
      choices: sectionFields,
      mustChoose: ({ summary }) => summary.coordinates === undefined,
      onChange,
    },
    live,
  );
}

function sectionChoices({ spatialColumns, ...others }: Choices): SectionChoices {
  const columns = spatialColumns?.split(",").map((name) => name.trim());
  return columns ? { ...others, spatialColumns: columns } : others;
}

/** The matrix that is meant where none is named, as an option says it. */
function layerOf(path: string): string {
  return path === "raw/X" ? "raw" : path.replace(/^layers\//, "");
}

function someOf(names: readonly string[], most = 5): string {
  return `${names.slice(0, most).join(", ")}${names.length > most ? ", …" : ""}`;
}

/** Without coordinates there are no neighbours to smooth over, and nothing to draw. */
export function refusalOf({ summary }: OpenedSection, smoothing: unknown): Failure | undefined {
  if (summary.coordinates !== undefined || smoothing === "none") return undefined;
  const candidates = summary.coordinateCandidates.flatMap(({ columnNames }) => columnNames);
  const perhaps = candidates.length > 0 ? ` Perhaps the columns ${candidates.join(", ")} hold them.` : "";
  return {
    title: "The section cannot be smoothed",
    found: "no coordinates",
    expected: "a position for each spot, usually in obsm/spatial",
    remedy: `Say under “What of the section is meant” where they are, or set Smoothing to none.${perhaps}`,
  };
}

function sectionFields(opened: OpenedSection | undefined, made: Choices): readonly ChoiceField[] {
  const summary = opened?.summary;
  const tables = summary?.table?.tableNames ?? [];
  const layers = summary?.matrices.map(({ path }) => path) ?? [];
  const isBinned =
    opened?.called === undefined ? made.bin !== undefined || !opened : /HD/.test(opened.called);
  const text = (id: string, hint: string): ChoiceField => ({
    id,
    label: labelOf(id),
    hint,
    value: made[id] ?? "",
  });
  return [
    ...(tables.length > 1
      ? [
          {
            id: "table",
            label: labelOf("table"),
            values: tables.map(same),
            value: summary?.table?.name ?? "",
          },
        ]
      : opened
        ? []
        : [text("table", "of SpatialData, where there are several")]),
    ...(layers.length > 1
      ? [
          {
            id: "layer",
            label: labelOf("layer"),
            hint: "the one with raw counts",
            values: layers.map((path) => ({ value: layerOf(path), label: path })),
            value: layerOf(opened?.matrixPath ?? ""),
          },
        ]
      : opened
        ? []
        : [text("layer", "X, or the name of a layer")]),
    ...(isBinned ? [text("bin", "of Visium HD, as in 8um or 16um")] : []),
    ...(opened && summary?.coordinates === undefined
      ? [
          text("spatialKey", someOf(summary?.obsm.map(({ key }) => key) ?? [])),
          text("spatialColumns", "two names with a comma between"),
        ]
      : []),
    ...(summary?.sections?.sections.length === 0
      ? [text("sectionKey", someOf(summary.sections.columnNames))]
      : []),
    text("geneKey", "left empty: the index"),
  ];
}

function same(value: string) {
  return { value, label: value };
}
