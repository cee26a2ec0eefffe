/** How far a reference is to be trusted for a section. */
export type ScoreLevel = "green" | "amber" | "red";

/** Whether a reference describes a section, found on a sample of the section's spots. */
export interface ReferenceScore {
  readonly level: ScoreLevel;
  /**
   * Of the differences between places that as many types could explain, the share that these explain, over what scrambled gene names give:
   * 0 to 1. Null where nothing can be told.
   */
  readonly explained: number | null;
  /** The share that references with scrambled gene names explain; null as `explained`. */
  readonly scrambled: number | null;
  /** Standard errors that the differences between places are from none. */
  readonly evidence: number;
  /** Rank correlation over genes of the sample's totals and the best mix of types; null where too few genes have counts. */
  readonly bulkCorrelation: number | null;
  /** Share of the sample's counts that are in genes that the reference has too; null where the sample has no counts. */
  readonly sharedCounts: number | null;
  /** Groups of spots that were compared. */
  readonly groupCount: number;
}
