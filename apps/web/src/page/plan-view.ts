import { byteSize, counted } from "@flashdeconv/core/internal";
import type { Environment, RunPlan } from "../run/protocol.js";
import { commandBox } from "./command-box.js";
import { h } from "./h.js";
import type { Live } from "./live.js";

/** What a run would take, in sentences. */
export function planView(plan: RunPlan, environment: Environment | undefined, live: Live): HTMLElement {
  const { workerCount, bytes, mostBytes, isOnScratch, command } = plan;
  const lines = [
    `Memory: about ${byteSize(bytes)} of ${byteSize(mostBytes)}; ${counted(workerCount, "worker")}`,
    isOnScratch && "Part of it goes to files of the browser meanwhile, which are removed afterwards",
    ...limitsOf(environment),
  ];
  return h(
    "div",
    { class: "findings" },
    h("ul", {}, ...lines.filter((line) => line !== false).map((line) => h("li", {}, line))),
    commandBox("The same run as a command line", command, live),
  );
}

/** What the browser does not lend, and what that costs. */
function limitsOf(environment: Environment | undefined): string[] {
  if (environment === undefined) return [];
  const { isIsolated, hasFiles } = environment;
  return [
    ...(isIsolated ? [] : ["Workers share no memory in this page, so the run is slower"]),
    ...(hasFiles ? [] : ["The browser lends no files, so that counts behind a link are fetched twice"]),
  ];
}
