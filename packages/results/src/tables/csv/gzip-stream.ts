import type { Pack } from "./write-csv.js";

/** By the runtime's streams, which Node and browsers have; no more waits than these hold. */
export const gzipStream: Pack = async (blocks, append) => {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const feed = async () => {
    try {
      for await (const bytes of blocks) await writer.write(bytes);
      await writer.close();
    } catch (error) {
      // Ends the other side too.
      await writer.abort(error).catch(() => undefined);
      throw error;
    }
  };
  const drain = async () => {
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) await append(read.value);
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    }
  };
  await Promise.all([feed(), drain()]);
};
