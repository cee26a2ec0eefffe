/** How close estimated proportions come to the truth. Arrays have one item per type; NaN means that it is not defined. */
export interface Evaluation {
  /** Spots compared. */
  readonly spotCount: number;
  /** Spots left out because their estimate, or their truth, has a NaN. */
  readonly excludedSpotCount: number;
  /** Pearson's r over all spots and types as one list. NaN where a side is constant. */
  readonly pearson: number;
  /** Pearson's r of each type over the spots. NaN for a type that is constant in the estimate or the truth. */
  readonly pearsonPerType: readonly number[];
  /** Mean of `pearsonPerType` over the types that have one. */
  readonly meanPearsonPerType: number;
  /** Root mean squared error over all spots and types. */
  readonly rmse: number;
  /** Mean over the spots of each spot's own RMSE. */
  readonly meanSpotRmse: number;
  /** Mean absolute error over all spots and types. */
  readonly meanAbsoluteError: number;
  /** Jensen-Shannon divergence in nats (0 to ln 2), mean over the spots. */
  readonly jensenShannonDivergence: number;
  /** Share of spots whose greatest estimated type (the first, of equals) is one of the greatest true ones. */
  readonly dominantTypeAgreement: number;
  /** Average precision in telling where each type is. NaN for a type that is nowhere, or if not asked for. */
  readonly auprPerType: readonly number[];
  /** Mean of `auprPerType` over the types that have one. */
  readonly meanAupr: number;
  /** The type of least mean true share among those present in a spot; -1 where there is none. */
  readonly rarestType: number;
  /** AUPR of the rarest type. */
  readonly rarestTypeAupr: number;
}

/** Mean of what is not NaN; NaN where nothing is left. */
export function meanOfDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
