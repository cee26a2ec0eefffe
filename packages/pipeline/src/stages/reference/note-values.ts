import { optionName } from "@flashdeconv/core/internal";
import { type CountReport, describeCounts } from "@flashdeconv/normalize";
import type { NoticeList } from "../../contracts/notices.js";
import { aboutTotal, type CountOptions, layerOption } from "./require-counts.js";

/** Tells where values are taken that may not be raw counts: only 0 and 1, or, where that is allowed, logged or normalised ones. */
export function noteValues(
  report: CountReport,
  subject: "section" | "reference",
  { preprocess }: Pick<CountOptions, "preprocess">,
  notices: NoticeList,
): void {
  const { max, nonzeroCount, faults } = report;
  if (nonzeroCount === 0) return;
  const choose = `choose the layer that holds counts (${optionName(layerOption(subject))}).`;
  if (max === 1 && faults.length === 0) {
    notices.add({
      code: `boolean-${subject}`,
      message: `All values of the ${subject} are 0 or 1. Counts are as small as that only in very sparse data. If they say whether a gene was seen, and not how often, ${choose}`,
    });
  }
  // Such values are what `raw` is for.
  if (preprocess === "raw") return;
  const verdict = describeCounts(report);
  if (verdict === "logged or scaled") {
    notices.add({
      code: `logged-${subject}`,
      message: `The values of the ${subject} look logged or scaled: ${faults[0].value} is the first that is not whole, ${max} the greatest. They are taken for counts, as ${optionName("allowNonCounts")} says, and the proportions may be far off: ${choose}`,
    });
  }
  if (verdict === "normalised counts") {
    notices.add({
      code: `normalised-${subject}`,
      message: `All rows of the ${subject} sum to about ${aboutTotal(report)}: counts normalised to one depth, taken as they are, as ${optionName("allowNonCounts")} says. The depth of each is lost, so noise is misjudged: ${choose}`,
    });
  }
}
