import { CountError, GeneMismatchError, MemoryPlanError, StoreError, WorkerError } from "@flashdeconv/core";
import type { Finding } from "@flashdeconv/results/internal";
import { startPage } from "../apps/web/src/page/start-page.js";
import type {
  OpenedReference,
  OpenedSection,
  RunListeners,
  Runner,
  RunPlan,
  RunResult,
  Subject,
} from "../apps/web/src/run/protocol.js";

const HOSTILE = "<img src=x onerror=\"document.title='hit'\">";

/** A runner that answers what a test says, when it says so. */
export const control = {
  /** What was asked, in order. */
  asked: [] as string[],
  /** Answers of the next questions of these names, in place of the usual ones. */
  failures: {} as Record<string, keyof typeof ERRORS>,
  section: {} as Partial<OpenedSection>,
  reference: {} as Partial<OpenedReference>,
  plan: {} as Partial<RunPlan>,
  findings: {
    section: [
      { text: "section: AnnData in Zarr v3", weight: "fact" },
      { text: "X holds no raw counts; raw counts are in `layer` counts", weight: "remark" },
      { text: "obs: no columns", weight: "detail" },
      { title: "Matrices", header: ["path", "values"], rows: [["X", HOSTILE]] },
    ],
    reference: [
      { text: "Shared genes: 240", weight: "fact" },
      {
        header: ["cell type", "cells", "remark"],
        rows: [
          ["neuron", "100", ""],
          [HOSTILE, "5", "fewer than 25 cells"],
        ],
      },
    ],
  } as Record<Subject, readonly Finding[]>,
  /** While it is set, what is looked at is looked at until it is stopped. */
  isSlow: false,
  listeners: undefined as RunListeners | undefined,
  finish: undefined as ((result: RunResult) => void) | undefined,
  fail: undefined as ((error: unknown) => void) | undefined,
  shown: [] as string[],
  pictures: 0,
  progress(share: number) {
    control.listeners?.onProgress?.({
      stage: "solve",
      inWords: "solving",
      done: Math.round(1600 * share),
      total: 1600,
      unit: "spots",
      share,
      secondsLeft: 100 * (1 - share),
    });
  },
  done(name = "section") {
    control.finish?.(resultOf(name));
  },
  die() {
    control.fail?.(ERRORS.died());
  },
  begin,
};

const ERRORS = {
  died: () =>
    new WorkerError({
      subject: "the run's worker",
      found: "a worker that ended",
      expected: "one that answers",
      remedy: "It may have run out of memory: close other tabs.",
    }),
  noFile: () =>
    new StoreError({
      path: "notes.h5ad",
      found: "a text file",
      expected: "an HDF5 file",
      remedy: "Choose the .h5ad file itself.",
    }),
  noGenes: () =>
    new GeneMismatchError({
      subject: "genes",
      found: "no gene that both have",
      expected: "genes of the same names",
      remedy: "Choose the column of var that holds the same names in both.",
    }),
  noMemory: () =>
    new MemoryPlanError({
      subject: "memory",
      found: "a section that takes 9 GiB",
      expected: "at most 4 GiB",
      remedy:
        "Run it with the command line: flashdeconv run section.zarr --reference cells.zarr --out result.zarr",
    }),
  noCounts: () =>
    new CountError({
      subject: "X",
      found: "-1 in spot a, gene g",
      expected: "counts",
      remedy: 'Choose another `layer`, or { method: "flashdeconv" }.',
      spot: "a",
      gene: "g",
      value: -1,
    }),
} as const;

function summaryOf(rowCount: number) {
  return {
    zarrFormat: 3 as const,
    table: undefined,
    consolidated: true,
    rowCount,
    geneCount: 240,
    matrices: [],
    obsColumns: [],
    obsm: [],
    coordinates: "obsm/spatial",
    coordinateCandidates: [],
    sections: undefined,
    unreadable: [],
    complete: true,
  };
}

const geneNames = Array.from({ length: 240 }, (_, i) => `gene_${i}`);

function resultOf(name: string): RunResult {
  return {
    blob: new Blob(["zip"]),
    name: `${name}.zarr.zip`,
    key: "flashdeconv",
    spotCount: 1600,
    typeNames: ["neuron", HOSTILE],
    means: [0.4, 0.6],
    statusCounts: [1600],
    parameters: {},
    notices: [],
    seconds: 3,
    fetchedBytes: 0,
    command: "flashdeconv run section.zarr --reference cells.zarr --out result.zarr",
  };
}

const REPORT = `<!doctype html><style>p{color:red}</style><main><section><p class="verdict amber"><strong>Careful.</strong> The reference explains only part.</p>
<dl class="facts"><div><dt>spots</dt><dd>1,600</dd></div></dl><ul class="remarks"><li>&lt;img src=x onerror=alert(1)&gt; is rare.</li></ul></section></main>`;

function standIn(): Runner {
  const ask = async (name: string, signal?: AbortSignal) => {
    control.asked.push(name);
    const failure = control.failures[name];
    delete control.failures[name];
    await Promise.resolve();
    signal?.throwIfAborted();
    if (failure) throw ERRORS[failure]();
  };
  return {
    async environment() {
      await ask("environment");
      return { isIsolated: true, hasLocks: true, hasFiles: true, processorCount: 2, memoryBytes: 2 ** 33 };
    },
    async openSection(place, choices, signal) {
      await ask("openSection", signal);
      return {
        name: place.kind === "file" ? place.file.name : "section",
        summary: summaryOf(1600),
        spotCount: 1600,
        geneNames,
        matrixPath: "X",
        notices: [],
        ...control.section,
        ...(choices?.layer ? { matrixPath: `layers/${choices.layer}` } : {}),
      };
    },
    async openReference(place, choices, signal) {
      await ask("openReference", signal);
      return {
        name: place.kind === "file" ? place.file.name : "cells",
        summary: summaryOf(150),
        cellCount: 150,
        geneNames,
        typeColumn: choices?.typeColumn ?? "cell_type",
        typeColumns: [
          { name: "cell_type", valueCount: 2, examples: ["neuron", HOSTILE] },
          { name: "donor", valueCount: 3, examples: ["a", "b", "c"] },
        ],
        types: [
          { name: "neuron", cellCount: 100 },
          { name: HOSTILE, cellCount: 50 },
        ],
        unlabelledCount: 0,
        notices: [],
        ...control.reference,
      };
    },
    async inspect(subject, signal) {
      await ask(`inspect ${subject}`, signal);
      if (!control.isSlow) return control.findings[subject];
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    },
    async plan(options, signal) {
      await ask(`plan ${JSON.stringify(options)}`.replace(" {}", ""), signal);
      return {
        workerCount: 2,
        bytes: 2 ** 27,
        mostBytes: 2 ** 32,
        isOnScratch: false,
        command: "flashdeconv run section.zarr --reference cells.zarr --out result.zarr",
        ...control.plan,
      };
    },
    async run(options, listeners) {
      await ask(`run ${JSON.stringify(options)}`.replace(" {}", ""));
      control.listeners = listeners;
      return new Promise((resolve, reject) => {
        control.finish = resolve;
        control.fail = reject;
        listeners?.signal?.addEventListener("abort", () => reject(listeners.signal?.reason));
      });
    },
    pause: () => ask("pause"),
    goOn: () => void control.asked.push("goOn"),
    async save(format, signal) {
      await ask(`save ${format}`, signal);
      return format === "report"
        ? { blob: new Blob([REPORT]), name: "section.report.html" }
        : { blob: new Blob([format]), name: `section.${format}` };
    },
    close: () => void control.asked.push("close"),
  };
}

function begin(): void {
  startPage(document.getElementById("page") as HTMLElement, {
    startRunner: standIn,
    async openResult(source) {
      control.shown.push(source.name);
      if (!/result|section/.test(source.name)) throw ERRORS.noFile();
      return {
        show(host) {
          host.textContent = `the map of ${source.name}`;
          return { close: () => host.replaceChildren() };
        },
      };
    },
    drawRun: () => ({ show: () => void control.pictures++, close: () => undefined }),
    example: { section: "example/section.zarr.zip", reference: "example/reference.zarr.zip" },
  });
}
