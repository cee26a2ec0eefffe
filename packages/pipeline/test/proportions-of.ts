import { type ChunkSource, collect, type DenseChunk, type Values } from "@flashdeconv/core";

/** All proportions of a result, N x K. */
export async function proportionsOf(result: {
  readonly proportions: ChunkSource<DenseChunk>;
}): Promise<Values> {
  return (await collect(result.proportions)).values;
}
