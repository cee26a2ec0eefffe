import type { AnnDataContents } from "@flashdeconv/io-zarr";

export function makeExample(): Promise<Record<string, Uint8Array<ArrayBuffer>>>;
export function zipped(contents: AnnDataContents): Promise<Uint8Array<ArrayBuffer>>;
