// TypeScript -> hashed ES modules. What a page imports lazily becomes a chunk of its own.
import { build } from "esbuild";
import path from "node:path";

const entries = ["index", "watch", "admin", "settings", "login", "setup", "profile", "users", "audit", "docs", "404", "theme"];
// Loaded lazily, but known to be needed: pages may preload them.
const lazy = { player: "player.js", "shaka-player.ui-es2021": "shaka.js" };

export async function bundleScripts(root, staticDir) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => `pages/${name}.ts`),
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "safari16", "firefox115", "chrome109"],
    minify: true,
    legalComments: "none",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outdir: staticDir,
    metafile: true,
    logLevel: "warning",
  });
  const assets = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = entryPoint && path.parse(entryPoint).name;
    const key = lazy[name] ?? (entries.includes(name) && `${name}.js`);
    if (key) assets[key] = `/assets/${path.basename(output)}`;
  }
  return assets;
}
