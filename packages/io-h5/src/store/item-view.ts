import { numbered } from "@flashdeconv/core/internal";
import { hasLostLetters, lostLetters, unsupported } from "../bytes/errors.js";
import { type Hdf5Type, isBoolean } from "../values/types.js";

/** What is served of each item of a dataset: all of it, or a member of a record. */
export interface ItemView {
  /** Where it begins in an item. */
  readonly offset: number;
  readonly type: Hdf5Type;
  /** Lengths of axes beyond the dataset's, where it is an array itself. */
  readonly inner: readonly number[];
  /** As numpy writes it; "|O" for texts. */
  readonly dtype: string;
}

/** The view of a member, by the names that lead to it; undefined where there is none, or it is a record itself. */
export function viewOf(path: string, type: Hdf5Type, members: readonly string[]): ItemView | undefined {
  let offset = 0;
  let found = type;
  for (const name of members) {
    const member = found.kind === "compound" ? found.members.find((one) => one.name === name) : undefined;
    if (!member) return undefined;
    if (hasLostLetters(name)) throw lostLetters(`${path}/${name}`);
    offset += member.offset;
    found = member.type;
  }
  if (found.kind === "compound") return undefined;
  const inner: number[] = [];
  while (found.kind === "array") {
    inner.push(...found.shape);
    found = found.base;
  }
  return { offset, type: found, inner, dtype: dtypeOf(path, found) };
}

/** Names of the members of a record at these names; undefined where it is none. */
export function membersOf(type: Hdf5Type, members: readonly string[]): readonly string[] | undefined {
  let found: Hdf5Type | undefined = type;
  for (const name of members) {
    if (found?.kind !== "compound") return undefined;
    found = found.members.find((one) => one.name === name)?.type;
  }
  return found?.kind === "compound" ? found.members.map(({ name }) => name) : undefined;
}

function dtypeOf(path: string, type: Hdf5Type): string {
  switch (type.kind) {
    case "integer":
      if (type.isPlain && [1, 2, 4, 8].includes(type.size))
        return numberType(type.isSigned ? "i" : "u", type);
      throw refused(path, `integers of ${numbered(type.size, "byte")} of which not all bits count`);
    case "float":
      if (type.isPlain) return numberType("f", type);
      throw refused(path, `floats of ${numbered(type.size, "byte")} that are not those of IEEE 754`);
    case "bitfield":
      if ([1, 2, 4, 8].includes(type.size)) return numberType("u", type);
      throw refused(path, `bit fields of ${numbered(type.size, "byte")}`);
    case "enum":
      return isBoolean(type) ? "|b1" : dtypeOf(path, type.base);
    case "string":
    case "text":
    case "reference":
      return "|O";
    case "sequence":
      throw refused(path, "runs of any length");
    case "opaque":
      throw refused(path, `bytes of no type (${type.tag.slice(0, 80)})`);
    case "other":
      throw refused(path, type.name);
    default:
      throw refused(path, "arrays of records");
  }
}

function numberType(
  kind: string,
  { size, bigEndian }: { readonly size: number; readonly bigEndian: boolean },
): string {
  return `${size === 1 ? "|" : bigEndian ? ">" : "<"}${kind}${size}`;
}

function refused(path: string, found: string) {
  const remedy = "Leave the dataset out, or write it again as numbers or text.";
  return unsupported(path, found, "numbers, booleans, text, or records of these", remedy);
}
