import type { StageState } from "@flashdeconv/pipeline/internal";
import { formatCount, formatDuration } from "@flashdeconv/results/internal";
import type { LiveLine } from "./live-line.js";

export interface ProgressMeter {
  update(state: StageState): void;
  /** Ends the stage under way. */
  finish(): void;
  /** Takes a bar off the screen, until the next update. */
  makeRoom(): void;
}

/**
 * Adds rate and time left to what a stage tells, shows it on `line`, and says with `writeLine` what each stage took.
 *
 * @param now milliseconds; of a clock that tests can set
 */
export function progressMeter(
  line: LiveLine,
  writeLine: (line: string) => void,
  now: () => number = Date.now,
): ProgressMeter {
  let last: StageState | undefined;
  let started = now();
  const finish = () => {
    if (!last) return;
    line.clear();
    writeLine(`${last.stage}: ${amount(last)} in ${formatDuration(now() - started)}`);
    last = undefined;
  };
  return {
    update(state) {
      if (last?.stage !== state.stage) {
        finish();
        started = now();
      }
      last = state;
      line.show(describe(state, now() - started), fractionOf(state));
    },
    finish,
    makeRoom: () => line.clear(),
  };
}

/** For instance "choosing genes: 4,096 of 10,000 spots, 12,300 spots/s, 1 s left". */
function describe(state: StageState, elapsed: number): string {
  const { stage, done, total, unit, detail } = state;
  const of = total === undefined ? amount(state) : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  const parts = [`${stage}: ${of}`];
  if (elapsed > 0 && done > 0) {
    const perSecond = (done / elapsed) * 1000;
    parts.push(
      `${formatCount(perSecond < 10 ? Number(perSecond.toPrecision(2)) : Math.round(perSecond))} ${unit}/s`,
    );
    if (total !== undefined) parts.push(`${formatDuration(((total - done) / done) * elapsed)} left`);
  }
  if (detail) parts.push(detail);
  return parts.join(", ");
}

function amount({ done, unit }: StageState): string {
  return `${formatCount(done)} ${unit}`;
}

function fractionOf({ done, total }: StageState): number | undefined {
  if (total === undefined) return undefined;
  return total === 0 ? 1 : Math.min(1, done / total);
}
