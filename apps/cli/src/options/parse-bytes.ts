import { OptionError } from "@flashdeconv/core";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
};

/** Reads the value of `flag` as a number of bytes: "2GiB", "1.5 GB", "800M" (a letter alone counts in 1,024s). */
export function parseBytes(flag: string): (text: string) => number {
  return (text) => {
    const [, digits, unit] = /^(\d+\.?\d*|\.\d+)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
    const factor = unit === undefined ? undefined : UNITS[unit.toLowerCase()];
    const bytes = Math.floor(Number(digits) * (factor ?? Number.NaN));
    if (!(bytes >= 1)) {
      throw new OptionError({ option: flag, value: text, rule: "a size such as 2GiB, 800MiB or 1.5GB" });
    }
    return bytes;
  };
}
