import { OptionError } from "@flashdeconv/core";
import { numbered, ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import type { DeconvolveOptions } from "@flashdeconv/pipeline";
import type { MemoryFacts, SpotSections } from "@flashdeconv/pipeline/internal";
import { spreadSections, surveyedShare } from "@flashdeconv/pipeline/internal";
import { printableLine } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isPlugin } from "../../options/load-solver.js";
import { storeAccess } from "../../options/store-options.js";
import { readTypes } from "../../options/type-options.js";
import type { Outcome, Terminal } from "../../terminal/terminal.js";
import { runDeconvolution, type StageOfRun } from "../run-deconvolution.js";
import { asStage, type StageFlags } from "./open-stage.js";
import { STAGES_OF_SECTIONS } from "./stage-names.js";
import {
  areAbsolute,
  describePlanOfStages,
  piecesFor,
  type StagePlan,
  sectionsOfPlan,
  stagesOf,
} from "./stage-plan.js";

export interface PlanRequest {
  readonly section: string;
  readonly runDir: string;
  readonly pieces: number;
}

/** Thrown out of a run that was to be planned and no more. */
export class Planned extends Error {
  constructor(readonly outcome: Outcome) {
    super("the run is planned");
  }
}

/** Checks options and inputs as a run does, and writes down what its stages are to do. Reads metadata alone. */
export async function planStages(
  { section, runDir, pieces }: PlanRequest,
  given: StageFlags,
  terminal: Terminal,
): Promise<Outcome> {
  refuseSecrets(section, given);
  if (isPlugin(given.solver)) {
    const rule = "a built-in solver: stages run in processes of their own";
    throw new OptionError({ option: "--solver", value: given.solver, rule, remedy: "Use run." });
  }
  const read = await readTypes(given, storeAccess(given), terminal);
  const flags = { ...read, runDir, resume: given.restart !== true };
  // With what files of types say: they may be gone when the stages run.
  const { restart: _, runDir: __, ...kept } = read;
  const planOf = (
    options: DeconvolveOptions,
    { spotCount, typeCount }: MemoryFacts,
    opened: SpotSections | undefined,
  ): StagePlan => {
    const sections = sectionsOfPlan(opened);
    return {
      section,
      flags: kept as unknown as StagePlan["flags"],
      ...(!areAbsolute(section, { ...kept }) && { folder: process.cwd() }),
      command: terminal.commandLine,
      stages: sections ? STAGES_OF_SECTIONS : stagesOf(options),
      spotCount,
      typeCount,
      pieceCount: piecesFor(pieces, { spotCount, sections }),
      ...(sections && { sections }),
    };
  };
  const onOpen: StageOfRun["onOpen"] = async (options, { facts, memory, sections }, showPlan) => {
    const plan = planOf(options, facts, sections);
    const isChosen = options.smoothing === "auto" && options.solver.smoothing !== undefined;
    const size = {
      ...{ facts, memory, flags },
      surveyedShare: (spotCount: number) => surveyedShare(options, spotCount),
      stages: stagesOf(options).filter((name) => name !== "write"),
      chosenOn:
        isChosen && !flags.perSection
          ? spreadSections(plan.sections ?? []).map(({ spotCount }) => spotCount)
          : [],
    };
    const json = describePlanOfStages(plan, size, pieces);
    const path = await showPlan?.(json);
    throw new Planned({
      lines: [...linesOf(plan, pieces), `Written to ${path}`],
      json: { stage: "plan", run_dir: runDir, plan: json },
    });
  };
  const run = (isMade: boolean, told: Terminal) =>
    asStage(given, () =>
      runDeconvolution(section, flags, told, {
        stage: { stopAt: "survey", command: terminal.commandLine, planOf, onOpen, isMade },
      }),
    );
  const done = await planned(() => run(false, terminal));
  if (done instanceof Planned) return done.outcome;
  // Whoever goes through a plan finds one also of a result that is there, of stages that are all done.
  const again = await planned(() => run(true, terminal));
  if (!(again instanceof Planned)) return again;
  await run(false, { ...terminal, note: () => undefined, tell: () => undefined });
  const { lines, json } = again.outcome;
  return {
    ...done,
    lines: [...done.lines, ...lines, "Its stages are all done: each ends at once."],
    json: { ...json, already_done: true, run: done.json },
  };
}

/** What a run comes to that is to be planned: its plan, or that it is done. */
async function planned(run: () => Promise<Outcome>): Promise<Planned | Outcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Planned) return error;
    throw error;
  }
}

function linesOf({ section, stages, spotCount, pieceCount, sections }: StagePlan, asked: number): string[] {
  const ofSections = sections ? `, ${numbered(sections.length, "section")}` : "";
  const whole = sections ? "whole sections" : `whole blocks of ${ORDERED_SUM_BLOCK} spots`;
  return [
    printableLine(
      `${section}: ${numbered(spotCount, "spot")}${ofSections}, ${numbered(pieceCount, "piece")}`,
    ),
    ...(pieceCount < asked ? [`Pieces are of ${whole}: ${pieceCount} in place of ${asked}.`] : []),
    `Stages: ${stages.join(", ")}`,
  ];
}

/** A plan lies where others may read it. */
function refuseSecrets(section: string, flags: StageFlags): void {
  for (const [name, value] of Object.entries({ section, ...flags })) {
    if (typeof value !== "string" || redactUrl(value) === value) continue;
    throw new OptionError({
      option: name === "section" ? "<place>" : `--${name}`,
      value: redactUrl(value),
      rule: "a place without what shows who asks, which a plan would keep",
      remedy:
        "Let each process find credentials by itself (--sign-request, --profile, or environment variables).",
    });
  }
}
