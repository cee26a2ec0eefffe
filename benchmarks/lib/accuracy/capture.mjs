import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ROOT } from "../places.mjs";

/** Runs a program in the repository's root; it prints one JSON object, which is given back. Throws with the program's words where it fails. */
export async function capture(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT, maxBuffer: 2 ** 28 });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(
      `${program} ${args.join(" ")}\n${error.stderr ?? ""}${error.stdout ?? ""}${error.message}`,
    );
  }
}
