import { execFileSync } from "node:child_process";

/** Version of the Python package, where python3 can import it. */
export function findPeer() {
  try {
    const code = "import flashdeconv; print(flashdeconv.__version__)";
    return execFileSync("python3", ["-c", code], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    console.error(
      "The Python package is absent here (python3 cannot import flashdeconv): measured without it.",
    );
    return undefined;
  }
}
