import { numbered } from "@flashdeconv/core/internal";
import type { LockOptions } from "@flashdeconv/stores/node/internal";
import type { Terminal } from "../terminal/terminal.js";

/** Says why nothing happens while it is seen whether another run still lives, and ends that with the command. */
export function lockOptions({ signal, tell }: Terminal): LockOptions {
  return {
    signal,
    onWait({ pid, host }, seconds) {
      tell(
        `Process ${pid} on ${host} may be at work there: watching for ${numbered(seconds, "second")} whether it lives ...`,
      );
    },
  };
}
