import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The path of a file or folder of the shared test data (`../shared/data` beside the project), or undefined where it is
 * absent, as it is in a user's clone. Tests that need it skip and say so.
 */
export function sharedData(path: string): string | undefined {
  const full = fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url));
  return existsSync(full) ? full : undefined;
}
