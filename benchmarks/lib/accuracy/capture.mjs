import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs a program that prints one JSON object, and gives that object. Throws with the program's words where it fails. */
export async function capture(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(
      `${program} ${args.join(" ")}\n${error.stderr ?? ""}${error.stdout ?? ""}${error.message}`,
    );
  }
}
