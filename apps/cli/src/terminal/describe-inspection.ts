import type { Notice } from "@flashdeconv/core";
import { type Finding, type Inspection, inspectionFindings, isTable } from "@flashdeconv/results/internal";
import { FLAGS } from "../options/option-flags.js";
import { inspectionJson } from "./inspection-json.js";
import { indent, table } from "./table.js";
import type { Outcome } from "./terminal.js";

export function describeInspection(inspection: Inspection, notices: readonly Notice[]): Outcome {
  return {
    lines: inspectionFindings(inspection, FLAGS).flatMap((part, i) => [
      ...(i > 0 ? [""] : []),
      ...part.flatMap(linesOf),
    ]),
    json: { store: inspection.path, ...inspectionJson(inspection), notices },
  };
}

function linesOf(finding: Finding): string[] {
  if (!isTable(finding)) return [finding.text];
  const { title, header, rows } = finding;
  return [...(title === undefined ? [] : [title]), ...indent(table(header, rows))];
}
