import type { Command } from "commander";
import type { Environment } from "../environment.js";
export function addInspectCommand(_p: Command, _e: Environment): void {}
