import { chooseKernel, inflateKernel, type KernelChoice } from "@flashdeconv/kernels";
import { type UnpackSizes, unpack } from "@flashdeconv/stores/internal";

/**
 * Unpacks what zlib packed: small chunks at once, by the kernel, where the bytes hold until the next call; others, and all where there is no
 * kernel, by its twin, the runtime's own zlib. A call of that costs memory and objects that take longer to clear away than small
 * chunks to unpack.
 */
export type InflateChunk = (packed: Uint8Array, sizes: UnpackSizes) => Uint8Array | Promise<Uint8Array>;

export function chunkInflater(kernels: KernelChoice = "auto"): InflateChunk {
  const kernel = chooseKernel(kernels, inflateKernel);
  return (packed, sizes) => kernel?.inflate(packed, sizes.most) ?? unpack("zlib", packed, sizes);
}
