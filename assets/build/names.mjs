// Content-hashed file names: a name never stands for two contents, so the files may be cached for ever.
import { createHash } from "node:crypto";
import path from "node:path";

export function hashedName(name, content) {
  const { name: stem, ext } = path.parse(name);
  return `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 10)}${ext}`;
}
