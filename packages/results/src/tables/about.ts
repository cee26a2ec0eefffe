import type { ResultDescription, ResultLayout } from "@flashdeconv/pipeline";

/** Under this name a file says that flashdeconv wrote it, and how. */
export const ABOUT = "flashdeconv";

/** What a table has no column for, as JSON. */
export function aboutText({ parameters, notices }: ResultDescription, layout: ResultLayout): string {
  const { key, extraParameters, command } = layout;
  const about = { result: key, parameters: { ...parameters, ...extraParameters }, notices, command };
  return JSON.stringify(about, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value,
  );
}

/** How a table was made, where it tells. */
export function parametersIn(about: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const parameters: unknown = JSON.parse(about ?? "null")?.parameters;
    return typeof parameters === "object" && parameters !== null
      ? (parameters as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is what `aboutText` writes. */
export function isAboutResult(about: string | undefined): boolean {
  try {
    return typeof JSON.parse(about ?? "null")?.result === "string";
  } catch {
    return false;
  }
}
