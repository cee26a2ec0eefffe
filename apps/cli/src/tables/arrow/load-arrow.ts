import { OptionError } from "@flashdeconv/core";

/** Apache Arrow, which an installation may leave out. Throws OptionError where it did. */
export async function loadArrow(): Promise<typeof import("apache-arrow")> {
  try {
    return await import("apache-arrow");
  } catch (cause) {
    throw new OptionError({
      option: "--format",
      value: "arrow",
      rule: `a format whose library is installed (${(cause as Error).message})`,
      remedy:
        "Install apache-arrow beside flashdeconv (npm install apache-arrow@21), or take --format parquet.",
    });
  }
}
