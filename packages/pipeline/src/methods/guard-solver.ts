import { isFlashdeconvError, SolverError } from "@flashdeconv/core";
import type { Solver, SolverSession, StatArray, Tile } from "@flashdeconv/solver";
import { resolvePluginOptions } from "@flashdeconv/solver/internal";

/** What a solver is asked for; `load` is the module itself. */
export const PLUGIN_CALLS = [
  "load",
  "resolveOptions",
  "candidates",
  "start",
  "summarize",
  "sweep",
  "assess",
  "tables",
  "tabulate",
] as const;
export type PluginCall = (typeof PLUGIN_CALLS)[number];

/** Told what is being asked of a solver, and undefined when it has come back. */
export type WatchCalls = (call: PluginCall | undefined) => void;

const guarded = new WeakSet<object>();

/**
 * A solver of others with each of its calls watched: what it throws is told as its own fault, by name (an OptionError is an answer),
 * and abundances that are none end the work at once. The bits are the solver's own.
 */
export function guardSolver(solver: Solver, watch: WatchCalls = () => undefined): Solver {
  if (guarded.has(solver)) return solver;
  const { name, coupling, input, smoothing, options: schema } = solver;
  const ask = <T>(call: PluginCall, work: () => T): T => {
    watch(call);
    try {
      return work();
    } catch (error) {
      throw isFlashdeconvError(error) ? error : faultOf(name, call, error);
    } finally {
      watch(undefined);
    }
  };
  const guard: Solver = {
    name,
    coupling,
    input,
    ...(smoothing && {
      smoothing: {
        option: smoothing.option,
        candidates: (...args) => ask("candidates", () => smoothing.candidates(...args)),
      },
    }),
    ...(schema && { options: schema }),
    ...(solver.tables && {
      tables: (given) => ask("tables", () => (solver.tables as NonNullable<Solver["tables"]>)(given)),
    }),
    resolveOptions(given) {
      const options = ask("resolveOptions", () => resolvePluginOptions(solver, given));
      if (typeof options === "object" && options !== null && !("then" in options)) return options;
      throw broken(name, `${String(options)} from resolveOptions`, "an object of options");
    },
    start(reference, options, context) {
      const session = ask("start", () => solver.start(reference, options, context));
      return guardSession(name, session, reference.typeNames, ask);
    },
  };
  guarded.add(guard);
  return guard;
}

function guardSession(
  solver: string,
  session: SolverSession,
  typeNames: readonly string[],
  ask: <T>(call: PluginCall, work: () => T) => T,
): SolverSession {
  const { statWidth, settings, pull } = session ?? {};
  if (!Number.isInteger(statWidth) || statWidth < 1 || typeof settings !== "object") {
    throw broken(solver, "a session without statWidth or settings", "what docs/write-a-solver.md calls one");
  }
  return {
    statWidth,
    settings,
    ...(pull !== undefined && { pull }),
    summarize: (rows, out) => ask("summarize", () => session.summarize(rows, out)),
    sweep(tile, abundance) {
      const stats = ask("sweep", () => session.sweep(tile, abundance));
      requireAbundances(solver, tile, abundance, typeNames);
      const change = stats?.largestChange;
      if (change >= 0 && change < Number.POSITIVE_INFINITY) return stats;
      throw broken(solver, `a largest change of ${change} from sweep`, "a finite number of at least 0");
    },
    ...(session.assess && {
      assess: (tile: Tile, abundance: StatArray) =>
        ask("assess", () => (session.assess as NonNullable<SolverSession["assess"]>)(tile, abundance)),
    }),
    ...(session.tabulate && {
      tabulate: (tile: Tile, abundance: StatArray, out: StatArray) =>
        ask("tabulate", () =>
          (session.tabulate as NonNullable<SolverSession["tabulate"]>)(tile, abundance, out),
        ),
    }),
  };
}

function requireAbundances(
  solver: string,
  { spots, weights }: Tile,
  abundance: StatArray,
  typeNames: readonly string[],
): void {
  const typeCount = typeNames.length;
  for (const spot of spots) {
    for (let k = 0; k < typeCount; k++) {
      const value = abundance[spot * typeCount + k];
      if (value >= 0 && value < Number.POSITIVE_INFINITY) continue;
      // A row of a coarser level stands for several spots.
      throw badAbundance({ solver, value, type: typeNames[k], spot: weights ? undefined : spot });
    }
  }
}

export interface BadAbundance {
  readonly solver: string;
  readonly value: number;
  readonly type: string;
  readonly spot: number | undefined;
}

function badAbundance({ solver, value, type, spot }: BadAbundance): SolverError {
  const found = `an abundance of ${value} of the type ${JSON.stringify(type)}`;
  return new SolverError({
    solver,
    spot,
    found: spot === undefined ? found : `${found} in spot number ${spot}`,
    expected: "finite numbers of at least 0",
    remedy: REMEDY,
  });
}

/** The error with the spot's name in place of its number. */
export async function withSpotName(
  error: unknown,
  readSpotName: ((spot: number) => Promise<string>) | undefined,
): Promise<unknown> {
  if (!(error instanceof SolverError) || error.spot === undefined || !readSpotName) return error;
  const { solver, spot, expected, remedy } = error;
  const name = await readSpotName(spot);
  const found = error.found.replace(`spot number ${spot}`, `spot ${JSON.stringify(name)}`);
  return new SolverError({ solver, spot, found, expected, remedy });
}

/** What a solver threw, as its own fault. */
export function faultOf(solver: string, call: PluginCall, cause: unknown): SolverError {
  const told = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new SolverError({
    solver,
    found: `${told}, thrown by ${call}`,
    expected: "a call that comes back",
    remedy: REMEDY,
    cause,
  });
}

function broken(solver: string, found: string, expected: string): SolverError {
  return new SolverError({ solver, found, expected, remedy: REMEDY });
}

const REMEDY =
  "It is a plugin: its author can find the fault with testSolver of @flashdeconv/solver/testing. Nothing was written.";
