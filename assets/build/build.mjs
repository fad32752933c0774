// Builds dist/: pages/ (filled and served by the binary) and static/ (hashed, compressed, immutable).
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { bundleScripts } from "./scripts.mjs";
import { bundleStyles } from "./styles.mjs";
import { compressAll } from "./compress.mjs";
import { generateTypes } from "./types.mjs";
import { loadLabels, renderPage } from "./pages.mjs";
import { hashedName } from "./names.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");
const staticDir = path.join(dist, "static");
const pagesDir = path.join(dist, "pages");
const pages = ["index", "watch", "admin", "settings", "login", "setup", "account", "profile", "users", "audit", "jobs", "system", "workers", "webhooks", "docs", "404", "admin-404"];

const started = Date.now();
await rm(dist, { recursive: true, force: true });
await mkdir(staticDir, { recursive: true });
await mkdir(pagesDir, { recursive: true });
await generateTypes(root);

const [scripts, styles, labels] = await Promise.all([
  bundleScripts(root, staticDir),
  bundleStyles(root, staticDir),
  loadLabels(root),
]);

const favicon = await readFile(path.join(root, "images/favicon.svg"));
const faviconName = hashedName("favicon.svg", favicon);
await writeFile(path.join(staticDir, faviconName), favicon);
await writeFile(path.join(pagesDir, "favicon.svg"), favicon);

const assets = { ...scripts, ...styles, "favicon.svg": `/assets/${faviconName}` };
for (const page of pages) {
  await writeFile(path.join(pagesDir, `${page}.html`), await renderPage(root, page, { assets, labels }));
}

const sizes = await compressAll(staticDir);
for (const { name, size, gzip, brotli } of sizes) {
  console.log(`${name.padEnd(36)} ${String(size).padStart(9)} B  gzip ${String(gzip).padStart(8)}  br ${String(brotli).padStart(8)}`);
}
console.log(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
