/** Bytes `from` to `to` (half-open) of something. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

/**
 * What a Range header asks of `size` bytes: a span, "all" where there is no header or one that may be passed over (other units, several
 * ranges, not of this form), "none" where it lies beyond the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteSpan | "all" | "none" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (!match) return "all";
  const [first, last] = match.slice(1);
  if (first === "" && last === "") return "all";
  if (first === "") {
    const length = Math.min(size, Number(last));
    return length === 0 ? "none" : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== "" && Number(last) < from) return "all";
  if (from >= size) return "none";
  return { from, to: last === "" ? size : Math.min(size, Number(last) + 1) };
}
