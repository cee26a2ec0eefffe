import type { Checkpoint } from "../contracts/checkpoint.js";
import type { ScratchFile } from "../contracts/scratch.js";

const BLOCK_BYTES = 4 * 2 ** 20;

/** The checksum of a part of a scratch file. */
export async function checksumOf(
  { checksum }: Checkpoint,
  file: ScratchFile,
  at: number,
  byteLength: number,
): Promise<number> {
  const block = new Uint8Array(Math.min(BLOCK_BYTES, byteLength));
  let sum = 0;
  for (let done = 0; done < byteLength; done += block.length) {
    const part = block.subarray(0, Math.min(block.length, byteLength - done));
    await file.read(part, at + done);
    sum = checksum(part, sum);
  }
  return sum;
}
