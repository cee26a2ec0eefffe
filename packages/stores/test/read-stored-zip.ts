/** A zip of uncompressed members, as Zarr zips usually are, or of those that `deflate` has packed. Checksums are left at 0. */
export function storedZip(
  members: readonly (readonly [string, Uint8Array])[],
  deflate?: (bytes: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of members) {
    const bytes = deflate ? deflate(content) : content;
    const nameBytes = new TextEncoder().encode(name);
    const local = header(30, 0x04034b50, [
      [18, bytes.length],
      [22, content.length],
    ]);
    if (deflate) local.setUint16(8, 8, true);
    local.setUint16(26, nameBytes.length, true);
    const central = header(46, 0x02014b50, [
      [20, bytes.length],
      [24, content.length],
      [42, offset],
    ]);
    if (deflate) central.setUint16(10, 8, true);
    central.setUint16(28, nameBytes.length, true);
    parts.push(bytesOf(local), nameBytes, bytes);
    directory.push(bytesOf(central), nameBytes);
    offset += 30 + nameBytes.length + bytes.length;
  }
  const directoryLength = directory.reduce((sum, part) => sum + part.length, 0);
  const end = header(22, 0x06054b50, [
    [12, directoryLength],
    [16, offset],
  ]);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  return Uint8Array.from([...parts, ...directory, bytesOf(end)].flatMap((part) => [...part]));
}

function header(length: number, signature: number, fields: readonly (readonly [number, number])[]): DataView {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, signature, true);
  for (const [at, value] of fields) view.setUint32(at, value, true);
  return view;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
