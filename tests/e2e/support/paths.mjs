/** Where things are: the repository, the binary under test, and what the tests leave behind. */
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../../..");
export const OUTPUT = join(ROOT, "target/e2e");
export const BINARY = resolve(ROOT, process.env.VLOG_BIN ?? "target/debug/vlog");
