import { numbered } from "@flashdeconv/core/internal";
import type { CountReport } from "@flashdeconv/normalize";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { RunContext } from "../../contracts/run-context.js";
import { noteValues } from "../reference/note-values.js";
import { type CountOptions, requireCounts } from "../reference/require-counts.js";
import type { UsualDepths } from "./depth-sums.js";

/** Refuses a section whose values cannot be counts. */
export function judgeValues(
  report: CountReport,
  spatial: SpatialInput,
  options: CountOptions,
  { signal }: Pick<RunContext, "signal">,
): Promise<void> {
  const subject = {
    name: "spatial data",
    row: "spot",
    geneNames: spatial.geneNames,
    isSample: report.spotCount < spatial.counts.spotCount,
    nameRow: async (spot: number) => (await spatial.readSpotName?.(spot)) ?? `number ${spot}`,
    otherMatrices: async () => (await spatial.otherMatrices?.({ signal })) ?? [],
  };
  return requireCounts(report, subject, options);
}

/** Tells what is to be told of a section's values, once all have been read. */
export function noteReport(report: CountReport, options: CountOptions, notices: NoticeList): void {
  if (report.nonzeroCount === 0) {
    notices.add({ code: "no-counts", message: "No spot has any count: no spot can be given proportions." });
  }
  noteValues(report, "section", options, notices);
}

export function noteDeepSpots(
  { cap, median }: UsualDepths,
  deepSpotCount: number,
  notices: NoticeList,
): void {
  if (deepSpotCount === 0) return;
  notices.add({
    code: "deep-spots",
    message: `${numbered(deepSpotCount, "spot")} of ${numbered(cap, "count")} or more, where the median is ${Math.round(median)}: each counts as ${cap} in the section's totals, so that they do not decide for all others. Check what they are.`,
  });
}
