/** What a line is to who reads it before a run: a reason to stop and look, what was found, or more of that for who asks. */
export type FindingWeight = "remark" | "fact" | "detail";

/** A line of text. */
export interface FindingLine {
  readonly text: string;
  readonly weight: FindingWeight;
}

/** Rows of cells under names of columns. Cells may be names from anywhere, as they are. */
export interface FindingTable {
  readonly title?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Finding = FindingLine | FindingTable;

export const remark = (text: string): FindingLine => ({ text, weight: "remark" });
export const fact = (text: string): FindingLine => ({ text, weight: "fact" });
export const detail = (text: string): FindingLine => ({ text, weight: "detail" });

export function isTable(finding: Finding): finding is FindingTable {
  return "rows" in finding;
}
