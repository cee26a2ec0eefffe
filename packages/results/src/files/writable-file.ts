import type { StagedFile } from "@flashdeconv/stores/internal";

/** What a page writes a file with: a `FileSystemWritableFileStream`, of a file that was picked or of the page's own (OPFS). */
export interface Writable {
  write(part: {
    readonly type: "write";
    readonly position: number;
    readonly data: Uint8Array<ArrayBuffer>;
  }): Promise<void>;
  close(): Promise<void>;
  abort?(): Promise<void>;
}

/** Small pieces are written together up to so many bytes. */
const MOST_HELD = 2 ** 20;

/**
 * A file that a page writes, holding at most 1 MiB of it. The stream keeps what it is given apart until it is closed: the file appears as
 * a whole, or not at all.
 */
export function writableFile(stream: Writable): StagedFile {
  const held = new Uint8Array(MOST_HELD);
  let [heldStart, heldBytes] = [0, 0];
  let end = 0;
  let state: "open" | "committed" | "discarded" = "open";
  const flush = async () => {
    if (heldBytes === 0) return;
    const data = held.slice(0, heldBytes);
    heldBytes = 0;
    await stream.write({ type: "write", position: heldStart, data });
  };
  const writeNow = async (offset: number, bytes: Uint8Array) => {
    if (offset !== heldStart + heldBytes || heldBytes + bytes.length > MOST_HELD) await flush();
    if (bytes.length > MOST_HELD) {
      await stream.write({ type: "write", position: offset, data: bytes.slice() });
    } else {
      if (heldBytes === 0) heldStart = offset;
      held.set(bytes, heldBytes);
      heldBytes += bytes.length;
    }
    end = Math.max(end, offset + bytes.length);
  };
  // One after the other: writers may hand over several pieces at a time.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    last = last.then(work);
    last.catch(() => undefined);
    return last;
  };
  return {
    append: (bytes) => inTurn(() => writeNow(end, bytes)),
    writeAt: (offset, bytes) => inTurn(() => writeNow(offset, bytes)),
    commit: () =>
      inTurn(async () => {
        if (state !== "open") throw new Error("a file that was discarded or committed before");
        await flush();
        await stream.close();
        state = "committed";
      }),
    async discard() {
      if (state !== "open") return;
      state = "discarded";
      await last.catch(() => undefined);
      await stream.abort?.();
    },
  };
}
