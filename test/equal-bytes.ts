import { expect } from "vitest";

// Arrays with the same bytes are equal, which a look at every item would find too, a thousand times slower. Others are left to that look.
expect.addEqualityTesters([
  (a, b) => (ArrayBuffer.isView(a) && ArrayBuffer.isView(b) && areAlike(a, b) ? true : undefined),
]);

function areAlike(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return (
    a.constructor === b.constructor &&
    a.byteLength === b.byteLength &&
    Buffer.compare(bytes(a), bytes(b)) === 0
  );
}

function bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
