import { K } from "./gram";
import { indexAt } from "./memory";

/** Spots whose numbers are fetched together. */
export const GROUP: usize = 16;
/** Bytes that come from memory at once. */
const LINE: usize = 64;

@inline
function touchBytes(at: usize, length: usize): void {
  for (let offset: usize = 0; offset < length; offset += LINE) load<u8>(at + offset);
  load<u8>(at + length - 1);
}

/**
 * Touches what a group of spots will need. Spots of a sweep lie far apart in memory, and a processor does not look so far ahead: one
 * after the other each would be waited for. Touched together they come side by side, while the group before is at work. Where their
 * neighbours are is touched a group earlier, as their rows cannot be found without.
 */
@inline
export function touchGroup(
  spots: usize,
  start: usize,
  spotCount: usize,
  statistics: usize,
  abundance: usize,
  indptr: usize,
  indices: usize,
  isStatDouble: bool,
  isDouble: bool,
): void {
  const size: usize = isDouble ? 3 : 2;
  const statSize: usize = isStatDouble ? 3 : 2;
  const rowLength = K << size;
  const statLength = (K + 1) << statSize;
  const end = min<usize>(start + GROUP, spotCount);
  const farEnd = min<usize>(end + GROUP, spotCount);
  for (let i = end; i < farEnd; i++) {
    const spot = indexAt(spots, i);
    const from = indexAt(indptr, spot);
    // A spot alone may come last, and behind the last index the memory may end.
    if (from < indexAt(indptr, spot + 1)) load<u8>(indices + (from << 2));
    touchBytes(statistics + spot * statLength, statLength);
    touchBytes(abundance + spot * rowLength, rowLength);
  }
  for (let i = start; i < end; i++) {
    const spot = indexAt(spots, i);
    const to = indexAt(indptr, spot + 1);
    for (let e = indexAt(indptr, spot); e < to; e++) {
      touchBytes(abundance + indexAt(indices, e) * rowLength, rowLength);
    }
  }
}
