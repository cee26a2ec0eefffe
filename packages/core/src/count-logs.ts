/**
 * Room for the logarithms of the counts of one row. Most counts of a row are 1, 2 or 3, and a logarithm costs more than all
 * else done with them; looked up in a table filled for the row, they cost nothing and have the bits of `Math.log1p`.
 */
export function buildCountLogs(): Float64Array {
  return new Float64Array(1024);
}

/**
 * Writes ln(1 + scale * y) to `logs[y]` for the counts y = 0 .. `greatest` of a row, unless that is too much: more logarithms than
 * the row has entries, or than there is room for.
 *
 * Loops over a row should hold no call of `Math.log1p` where the table serves: V8 keeps no register across calls, and the
 * loop is twice as slow even if it never calls.
 *
 * @param greatest greatest count of the row, all of which are whole numbers of at least 0
 * @returns whether the table was filled
 */
export function fillCountLogs(
  logs: Float64Array,
  scale: number,
  greatest: number,
  entryCount: number,
): boolean {
  if (greatest > entryCount || greatest >= logs.length) return false;
  for (let count = 0; count <= greatest; count++) logs[count] = Math.log1p(scale * count);
  return true;
}
