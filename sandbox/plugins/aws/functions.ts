/** The functions that the sandbox's aws plugin knows, by token. */
import type { Invoke } from "./plugin";

export const functions: Readonly<Record<string, Invoke>> = {};
