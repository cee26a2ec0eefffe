import type { AmountScale } from "@flashdeconv/maps/internal";
import { type Ground, NO_ANSWER } from "../contracts.js";
import type { Placed } from "./ground.js";

/** What bytes of amounts stand for: byte b of 1 to 254 is `least` and a share of the rest, the square of (b - 1) / 253 unless linear. */
export type Scale = Required<AmountScale>;

export const SHARES: Scale = { least: 0, most: 1, isLinear: false };

/** The amount of a byte of 1 to 254. */
export function amountOf(byte: number, { least, most, isLinear }: Scale): number {
  const share = (byte - 1) / (NO_ANSWER - 2);
  return least + (most - least) * (isLinear ? share : share * share);
}

/** Where the bytes of spots go. */
export function bytesGround({ ground, texels }: Placed): { count: number; texels: Int32Array | undefined } {
  return { count: siteCountOf(ground), texels };
}

function siteCountOf(ground: Ground): number {
  return ground.kind === "texels" ? ground.frame.width * ground.frame.height : ground.places.length / 2;
}
