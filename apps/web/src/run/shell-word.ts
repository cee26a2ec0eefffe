/** A word as a shell takes it, on one line. */
export function shellWord(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name may hold any.
  const plain = word.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, "?");
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}
