/**
 * Which of some pieces a thread is to do, by number: each time the next that no other thread has taken.
 *
 * @param turns one number that all threads see, 0 when they begin: the pieces that have been taken
 */
export function* takeTurns(pieceCount: number, turns: Int32Array): Generator<number> {
  for (;;) {
    const piece = Atomics.add(turns, 0, 1);
    if (piece >= pieceCount) return;
    yield piece;
  }
}
