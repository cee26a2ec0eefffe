const TOP_COUNT = 30;

/** Not work: the thread waits for others, or for the disk. */
const WAITING = "(idle)";

/**
 * Where the time went that profiles of V8 (one per thread) saw: by package and by function, by self time. Work of Node's
 * own thread pool (asynchronous files, asynchronous zlib) is in no profile; it shows as waiting.
 *
 * @param profiles in the format of --cpu-prof: nodes of a call tree, node of each sample, microseconds before each sample
 */
export function summarizeProfiles(profiles) {
  const functions = new Map();
  let waiting = 0;
  let busy = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (let i = 0; i < samples.length; i++) {
      const frame = frames.get(samples[i]);
      const seconds = Math.max(0, timeDeltas[i]) / 1e6;
      if (frame.functionName === WAITING) {
        waiting += seconds;
        continue;
      }
      busy += seconds;
      const place = { package: packageOf(frame), function: nameOf(frame) };
      const key = `${place.package} ${place.function}`;
      const entry = functions.get(key) ?? { ...place, seconds: 0 };
      entry.seconds += seconds;
      functions.set(key, entry);
    }
  }
  const packages = new Map();
  for (const { package: name, seconds } of functions.values()) {
    packages.set(name, (packages.get(name) ?? 0) + seconds);
  }
  const ranked = (entries) =>
    entries
      .sort((a, b) => b.seconds - a.seconds)
      .map(({ seconds, ...rest }) => ({ ...rest, seconds: round(seconds), share: round(seconds / busy) }));
  return {
    threads: profiles.length,
    busy_seconds: round(busy),
    waiting_seconds: round(waiting),
    packages: ranked([...packages].map(([name, seconds]) => ({ package: name, seconds }))),
    functions: ranked([...functions.values()]).slice(0, TOP_COUNT),
  };
}

/** "solver", "zarrita", "node" or "V8": whose code it is. */
function packageOf({ url }) {
  if (url === "") return "V8";
  if (url.startsWith("node:")) return "node";
  if (url.startsWith("wasm:")) return "WebAssembly";
  const installed = [...url.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].at(-1);
  if (installed && installed[1] !== ".pnpm") return installed[1];
  return /\/(?:packages|apps)\/([^/]+)\//.exec(url)?.[1] ?? "other";
}

function nameOf({ functionName, url, lineNumber }) {
  if (functionName !== "") return functionName;
  return url === "" ? "(anonymous)" : `(anonymous, line ${lineNumber + 1})`;
}

function round(value) {
  return Number(value.toFixed(3));
}
