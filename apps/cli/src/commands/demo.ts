import type { Command } from "commander";
import type { Environment } from "../environment.js";
export function addDemoCommand(_p: Command, _e: Environment): void {}
