import type { Command } from "commander";
import type { Environment } from "../environment.js";
export function addSimulateCommand(_p: Command, _e: Environment): void {}
