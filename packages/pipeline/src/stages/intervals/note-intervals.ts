import { shortList } from "@flashdeconv/core/internal";
import type { Calibration } from "../../contracts/intervals.js";
import type { NoticeList } from "../../contracts/notices.js";
import type { ScoreLevel } from "../../contracts/score.js";

/** Says what intervals cannot know. */
export function noteIntervals(
  calibration: Calibration | undefined,
  level: ScoreLevel | undefined,
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
  if (level === "amber") {
    notices.add({
      code: "intervals-too-narrow",
      message:
        "Intervals are too narrow by an unknown amount: the reference explains only part of the section.",
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
