// Lints every package as it would be published: entry points that exist, types that match, files that are packed.
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { publishedPackages } from "./packages.mjs";

let faultCount = 0;
for (const { folder, manifest } of publishedPackages()) {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: "pnpm" });
  const faults = messages.filter((message) => message.type !== "suggestion");
  faultCount += faults.length;
  console.log(`${faults.length === 0 ? "ok" : "FAULT"} ${manifest.name}`);
  for (const message of messages) console.log(`  ${message.type}: ${formatMessage(message, pkg)}`);
}
if (faultCount > 0) process.exitCode = 1;
