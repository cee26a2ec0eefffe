import { type CsrChunk, collect } from "@flashdeconv/core";
import { type SimulationOptions, simulateTissue } from "@flashdeconv/simulate";

export const LAYOUTS = ["smooth", "rough", "patchy", "layered"] as const;

export async function readTruth(options: Partial<SimulationOptions>): Promise<number[][]> {
  const { values, width, spotCount } = await collect(simulateTissue(options).truth);
  return Array.from({ length: spotCount }, (_, spot) => [
    ...values.subarray(spot * width, (spot + 1) * width),
  ]);
}

export function rowTotals({ indptr, values, spotCount }: CsrChunk): number[] {
  const totals = new Array<number>(spotCount).fill(0);
  for (let row = 0; row < spotCount; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) totals[row] += values[i];
  }
  return totals;
}

export function geneTotals({ indices, values, width }: CsrChunk): Float64Array {
  const totals = new Float64Array(width);
  indices.forEach((gene, i) => {
    totals[gene] += values[i];
  });
  return totals;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}
