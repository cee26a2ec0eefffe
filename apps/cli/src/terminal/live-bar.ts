import { SingleBar } from "cli-progress";
import type { OutputStream } from "../environment.js";
import type { LiveLine } from "./live-line.js";

const BAR_WIDTH = 20;

/** For terminals: a bar that is drawn over and over in its place, some ten times a second. */
export function liveBar(stream: OutputStream): LiveLine {
  let bar: SingleBar | undefined;
  const open = (text: string, fraction: number | undefined) => {
    const opened = new SingleBar({
      stream,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
      fps: 10,
      format: (_options, _params, { text, fraction }) => `${drawBar(fraction)} ${text}`,
    });
    opened.start(1, 0, { text, fraction });
    return opened;
  };
  return {
    show(text, fraction) {
      if (bar) bar.update(0, { text, fraction });
      else bar = open(text, fraction);
    },
    clear() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function drawBar(fraction: number | undefined): string {
  if (fraction === undefined) return "-".repeat(BAR_WIDTH);
  const filled = Math.round(fraction * BAR_WIDTH);
  return "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
}
