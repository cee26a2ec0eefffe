#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// Before anything is loaded: else V8 sets aside up to 128 MiB for young objects, of which there are few here.
setFlagsFromString("--semi-space-growth-factor=1");
const { main } = await import("../dist/main.js");

process.exitCode = await main(process.argv.slice(2));
