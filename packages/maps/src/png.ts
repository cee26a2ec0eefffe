import { crc32 } from "@flashdeconv/core/internal";
import type { IndexedImage } from "./raster.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** An indexed PNG, packed by the runtime's own deflate. */
export async function encodePng({
  width,
  height,
  pixels,
  palette,
  alpha,
}: IndexedImage): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    // Each begins with its filter: none.
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return joined([
    Uint8Array.from(SIGNATURE),
    section("IHDR", header),
    section("PLTE", palette),
    ...(alpha ? [section("tRNS", alpha)] : []),
    section("IDAT", await deflated(rows)),
    section("IEND", new Uint8Array(0)),
  ]);
}

function section(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packer = new CompressionStream("deflate");
  const writer = packer.writable.getWriter();
  // What goes wrong is told where the stream is read.
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined);
  const parts: Uint8Array[] = [];
  for await (const part of packer.readable) parts.push(part);
  await written;
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
