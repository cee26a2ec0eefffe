import type { Finding } from "@flashdeconv/results/internal";
import type { Runner, Subject } from "../run/protocol.js";
import { describeFailure, type Failure } from "./failure.js";

/** Where looking at an input stands: it cannot begin, goes on, was left for a run, failed, or found something. */
export type Inspected = "waiting" | "looking" | "left" | Failure | readonly Finding[];

export interface Inspector {
  /** An input changed. `openInputs` are those that can be looked at now: the reference only beside a section. */
  changed(subject: Subject, openInputs: readonly Subject[]): void;
  /** A run begins: what is being looked at is left. */
  leave(): void;
  /** The run is over: goes on with what was left. */
  goOn(): void;
}

const SUBJECTS: readonly Subject[] = ["section", "reference"];

/** Looks at what is open, one after the other, beside all else. `show` gets what comes of it. */
export function createInspector(
  { inspect }: Pick<Runner, "inspect">,
  show: (subject: Subject, inspected: Inspected) => void,
): Inspector {
  const wanted = new Set<Subject>();
  let current: { readonly subject: Subject; readonly ending: AbortController } | undefined;
  let isLeft = false;

  const next = async () => {
    const subject = SUBJECTS.find((one) => wanted.has(one));
    if (current || isLeft || !subject) return;
    const ending = new AbortController();
    current = { subject, ending };
    show(subject, "looking");
    const told = await inspect(subject, ending.signal).catch((error: unknown) =>
      describeFailure(error, "It was not looked at to the end"),
    );
    current = undefined;
    if (!ending.signal.aborted) {
      wanted.delete(subject);
      show(subject, told);
    }
    void next();
  };

  return {
    changed(subject, openInputs) {
      // How a reference fits depends on the section too.
      const affected = SUBJECTS.slice(SUBJECTS.indexOf(subject));
      for (const one of affected) {
        if (openInputs.includes(one)) wanted.add(one);
        else {
          wanted.delete(one);
          show(one, "waiting");
        }
      }
      if (current && affected.includes(current.subject)) current.ending.abort();
      void next();
    },
    leave() {
      isLeft = true;
      current?.ending.abort();
      for (const subject of wanted) show(subject, "left");
    },
    goOn() {
      isLeft = false;
      void next();
    },
  };
}
