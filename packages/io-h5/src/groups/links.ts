import type { Cursor } from "../bytes/cursor.js";

/** What a name of a group leads to. */
export type Link =
  | { readonly kind: "object"; readonly address: number }
  /** To a path, counted from the group where it does not begin with a slash. */
  | { readonly kind: "soft"; readonly path: string }
  /** To another file, or of a kind of somebody's own. */
  | { readonly kind: "external" };

/** Reads a link message. */
export function parseLink(cursor: Cursor): [name: string, link: Link] {
  const version = cursor.u8();
  if (version !== 1) throw new Error(`a link of version ${version}`);
  const flags = cursor.u8();
  const type = flags & 8 ? cursor.u8() : 0;
  if (flags & 4) cursor.at += 8;
  if (flags & 16) cursor.at += 1;
  const name = cursor.text(cursor.uint(1 << (flags & 3)));
  if (type === 0) return [name, { kind: "object", address: cursor.address() }];
  return [name, type === 1 ? { kind: "soft", path: cursor.text(cursor.u16()) } : { kind: "external" }];
}
