/** An address that stands for none. */
export const UNDEFINED = 0xffff_ffff_ffff_ffffn;

const encoder = new TextEncoder();

/** Bytes that are put together in order, all numbers little-endian. */
export interface BytesOut {
  readonly length: number;
  /** Numbers of one, two, four and eight bytes. */
  u8(...values: readonly number[]): BytesOut;
  u16(value: number): BytesOut;
  u32(value: number): BytesOut;
  u64(value: number | bigint): BytesOut;
  bytes(values: Uint8Array): BytesOut;
  /** Text as UTF-8, ended by a zero. */
  name(text: string): BytesOut;
  /** Zeros up to a length, or to a multiple of eight. */
  zerosTo(length: number): BytesOut;
  pad8(): BytesOut;
  done(): Uint8Array;
}

export function bytesOut(): BytesOut {
  let store = new Uint8Array(256);
  let view = new DataView(store.buffer);
  let at = 0;
  const room = (count: number) => {
    if (at + count > store.length) {
      const larger = new Uint8Array(Math.max(2 * store.length, at + count));
      larger.set(store);
      store = larger;
      view = new DataView(store.buffer);
    }
    at += count;
    return at - count;
  };
  const out: BytesOut = {
    get length() {
      return at;
    },
    u8(...values) {
      for (const value of values) {
        const place = room(1);
        view.setUint8(place, value);
      }
      return out;
    },
    u16(value) {
      const place = room(2);
      view.setUint16(place, value, true);
      return out;
    },
    u32(value) {
      const place = room(4);
      view.setUint32(place, value, true);
      return out;
    },
    u64(value) {
      const place = room(8);
      view.setBigUint64(place, BigInt(value), true);
      return out;
    },
    bytes(values) {
      const place = room(values.length);
      store.set(values, place);
      return out;
    },
    name: (text) => out.bytes(encoder.encode(text)).u8(0),
    zerosTo(length) {
      if (length > at) room(length - at);
      return out;
    },
    pad8: () => out.zerosTo(8 * Math.ceil(at / 8)),
    done: () => store.slice(0, at),
  };
  return out;
}
