import { printableJson, printableLine, printableMessage } from "@flashdeconv/results/internal";
import type { OutputStream } from "../environment.js";

// All that the command line prints goes through here, but the live bar, which draws over itself and takes printable lines.

/** Prints lines. Only the breaks between them break a line: one in a name is escaped, as is all that would not show. */
export function printLines(stream: OutputStream, lines: readonly string[]): void {
  stream.write(lines.map((line) => `${printableLine(line)}\n`).join(""));
}

/** Prints a notice or an error as one line. */
export function printMessage(stream: OutputStream, message: string): void {
  stream.write(`${printableMessage(message)}\n`);
}

/** Prints a value as one line of JSON. */
export function printJson(stream: OutputStream, value: unknown): void {
  stream.write(`${printableJson(value)}\n`);
}
