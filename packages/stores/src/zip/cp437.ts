/** What the bytes from 128 on are in code page 437, that of the first PCs. */
const UPPER =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»" +
  "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀" +
  "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true });

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** A name in code page 437 as UTF-8. */
export function asUtf8(name: Uint8Array): Uint8Array {
  let text = "";
  for (const byte of name) text += byte < 128 ? String.fromCharCode(byte) : UPPER[byte - 128];
  return encoder.encode(text);
}
