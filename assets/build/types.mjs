// API types from the OpenAPI document, when there is one: a renamed field then fails `npm run check`.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const header = "/** Written by `npm run build` from openapi.json; do not edit. The pages use the names in types.ts. */\n";

export async function generateTypes(root) {
  let document;
  try {
    document = JSON.parse(await readFile(path.join(root, "openapi.json"), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const text = header + astToString(await openapiTS(document));
  const file = path.join(root, "api/schema.d.ts");
  if ((await readFile(file, "utf8")) !== text) await writeFile(file, text);
}
