import { shortList } from "@flashdeconv/core/internal";
import type { Calibration } from "../../contracts/intervals.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { ReferenceScore } from "../../contracts/score.js";
import { isTold } from "../keep/score-facts.js";

/** Says what intervals cannot know. */
export function noteIntervals(
  calibration: Calibration | undefined,
  score: ReferenceScore | undefined,
  notices: NoticeList,
): void {
  if (!calibration) {
    notices.add({
      code: "no-intervals",
      message:
        "No intervals are given: the reference does not describe this section, and nothing tells how far off its proportions are.",
    });
    return;
  }
  if (score?.level === "amber") {
    notices.add({
      code: "intervals-too-narrow",
      message: isTold(score)
        ? "Intervals are too narrow by an unknown amount: the reference explains only part of the section."
        : "Intervals may be too narrow by an unknown amount: whether the reference describes the section cannot be told.",
    });
  }
  const { typesWithoutCells } = calibration.facts;
  if (typesWithoutCells.length > 0) {
    notices.add({
      code: "intervals-without-cells",
      message: `How cells of a type differ is not known of ${shortList(typesWithoutCells)}, of which there are too few single cells: their intervals take all cells for the mean, and are too narrow.`,
    });
  }
}
