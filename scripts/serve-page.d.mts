import type { Server } from "node:http";

export function pageServer(folder: string, headers?: Readonly<Record<string, string>>): Server;
