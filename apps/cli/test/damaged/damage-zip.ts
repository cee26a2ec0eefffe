import { constants, crc32, deflateRawSync } from "node:zlib";
import type { Files } from "./base-stores.js";
import type { Random } from "./random.js";

interface Member {
  name: string;
  bytes: Uint8Array;
  /** Fields that say something else than they should. */
  method?: number;
  storedSize?: number;
  size?: number;
  offset?: number;
  flags?: number;
  isPacked?: boolean;
}

/** The store as a zip, deflated or stored. */
export function zipOf(files: Files, isPacked: boolean): Uint8Array {
  return writeZip([...files].map(([name, bytes]) => ({ name, bytes, isPacked })));
}

/** The store as a zip with something wrong in it. Gives the zip and what was done. */
export function damagedZip(files: Files, random: Random): readonly [Uint8Array, string] {
  const isPacked = random.below(2) === 0;
  const members: Member[] = [...files].map(([name, bytes]) => ({ name, bytes, isPacked }));
  const at = random.below(members.length);
  const member = members[at];
  const other = random.pick(members);
  const more = (...added: Member[]) => members.push(...added);
  const number = random.pick([0, 1, 2 ** 16, 2 ** 31 - 1, 2 ** 32 - 2, 2 ** 32 - 1]);
  switch (random.below(16)) {
    case 0: {
      const name = random.pick([
        `/${member.name}`,
        `../${member.name}`,
        `../../../../tmp/${member.name}`,
        `C:\\${member.name}`,
      ]);
      return [writeZip(members.with(at, { ...member, name })), `${member.name} named ${name}`];
    }
    case 1: {
      more(
        ...["/etc/passwd", "../evil", "a/../../b", "./X/./data", "X//data", "\u0000", ""].map((name) => ({
          name,
          bytes: member.bytes,
        })),
      );
      return [writeZip(members), "members outside of the folder"];
    }
    case 2:
      more({ ...member, bytes: other.bytes });
      return [writeZip(members), `${member.name} twice, the second as ${other.name}`];
    case 3: {
      const folder = member.name.slice(0, Math.max(0, member.name.lastIndexOf("/")));
      more(
        { name: folder || "X", bytes: new Uint8Array(3) },
        { name: `${member.name}/${member.name}`, bytes: member.bytes },
      );
      return [writeZip(members), `${folder || "X"} is a file and a folder`];
    }
    case 4:
      for (const one of members) one.name = one.name.replaceAll("/", "\\");
      return [writeZip(members), "backslashes"];
    case 5:
      member.offset = number;
      return [writeZip(members), `${member.name} at ${number}`];
    case 6:
      member.offset = -1;
      other.offset = -1;
      return [writeZip(members), `${member.name} and ${other.name} at the beginning`];
    case 7:
      member.size = number;
      return [writeZip(members), `${member.name} of ${number} bytes`];
    case 8:
      member.storedSize = number;
      return [writeZip(members), `${member.name} of ${number} stored bytes`];
    case 9:
      member.method = random.pick([1, 6, 8, 9, 12, 14, 93, 95, 99]);
      return [writeZip(members), `${member.name} by method ${member.method}`];
    case 10:
      member.flags = random.pick([1, 0x41, 8, 0x2000]);
      return [writeZip(members), `${member.name} with the flags ${member.flags}`];
    case 11: {
      // A bomb: zeros that take a thousandth of their size, some of which say so.
      const size = 2 ** random.pick([24, 28]);
      const told = random.pick([size, 10]);
      const bomb = { name: member.name, bytes: packedZeros(size), method: 8, size: told };
      return [writeZip(members.with(at, bomb)), `${member.name} unpacks to ${size} bytes`];
    }
    case 12: {
      const zip = writeZip(members);
      const end = random.below(zip.length);
      return [zip.slice(0, end), `cut at ${end} of ${zip.length}`];
    }
    case 13: {
      const zip = writeZip(members);
      // Where the directory ends: counts, sizes, offsets.
      const place = zip.length - 1 - random.below(22);
      zip[place] = random.below(256);
      return [zip, `byte ${place - zip.length} from the end is ${zip[place]}`];
    }
    case 14: {
      const zip = writeZip(members);
      const start = new DataView(zip.buffer).getUint32(zip.length - 6, true);
      const place = start + random.below(zip.length - start);
      zip[place] ^= 1 << random.below(8);
      return [zip, `byte ${place} of the directory changed`];
    }
    default: {
      const zip = writeZip(members);
      for (let i = 0; i < 5; i++) zip[random.below(zip.length)] ^= 1 << random.below(8);
      return [zip, "5 bits flipped"];
    }
  }
}

/** Many zeros deflated, made a piece at a time: the memory is watched that they would take. */
function packedZeros(size: number): Uint8Array {
  const piece = deflateRawSync(new Uint8Array(2 ** 24), { finishFlush: constants.Z_FULL_FLUSH });
  const pieces = new Array<Uint8Array>(size / 2 ** 24).fill(piece);
  return new Uint8Array(Buffer.concat([...pieces, deflateRawSync(new Uint8Array())]));
}

/** Field by field as PKWARE's note has it. */
function writeZip(members: readonly Member[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, isPacked, ...wrong } of members) {
    const stored = isPacked ? new Uint8Array(deflateRawSync(bytes)) : bytes;
    const nameBytes = new TextEncoder().encode(name);
    const fields = new DataView(new ArrayBuffer(22));
    fields.setUint16(0, wrong.flags ?? 0, true);
    fields.setUint16(2, wrong.method ?? (isPacked ? 8 : 0), true);
    fields.setUint32(8, crc32(bytes), true);
    fields.setUint32(12, wrong.storedSize ?? stored.length, true);
    fields.setUint32(16, wrong.size ?? bytes.length, true);
    fields.setUint16(20, nameBytes.length, true);
    const common = new Uint8Array(fields.buffer);
    parts.push(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0), common, Uint8Array.of(0, 0), nameBytes, stored);
    const rest = new DataView(new ArrayBuffer(16));
    rest.setUint32(12, wrong.offset === -1 ? 0 : (wrong.offset ?? offset), true);
    directory.push(
      Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0, 20, 0),
      common,
      new Uint8Array(rest.buffer),
      nameBytes,
    );
    offset += 30 + nameBytes.length + stored.length;
  }
  const directoryLength = directory.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, directoryLength, true);
  end.setUint32(16, offset, true);
  return new Uint8Array(Buffer.concat([...parts, ...directory, new Uint8Array(end.buffer)]));
}
