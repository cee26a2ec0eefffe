import type { StagedFile } from "@flashdeconv/stores/internal";

const PAGE_BYTES = 2 ** 20;

/** A file in memory, to be downloaded or sent: it takes as much as the file has. */
export interface BlobFile extends StagedFile {
  /** The file, once it is committed; undefined before, and after `discard`. */
  blob(): Blob | undefined;
}

/** A new file in memory, for pages that can write to no file, and for tests. */
export function blobFile(): BlobFile {
  let pages: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  let done: Blob | undefined;
  const writeAt = async (offset: number, bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; ) {
      const [page, place] = [Math.floor((offset + from) / PAGE_BYTES), (offset + from) % PAGE_BYTES];
      while (pages.length <= page) pages.push(new Uint8Array(PAGE_BYTES));
      const to = Math.min(bytes.length, from + PAGE_BYTES - place);
      pages[page].set(bytes.subarray(from, to), place);
      from = to;
    }
    end = Math.max(end, offset + bytes.length);
  };
  return {
    append: (bytes) => writeAt(end, bytes),
    writeAt,
    async commit() {
      done = new Blob(pages).slice(0, end);
      pages = [];
    },
    async discard() {
      pages = [];
    },
    blob: () => done,
  };
}
