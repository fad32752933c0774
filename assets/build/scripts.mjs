// TypeScript -> hashed ES modules. What a page imports lazily becomes a chunk of its own.
import { build } from "esbuild";
import path from "node:path";

const entries = ["index", "watch", "admin", "settings", "docs", "404", "theme"];

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
    if (name && entries.includes(name)) assets[`${name}.js`] = `/assets/${path.basename(output)}`;
  }
  return assets;
}
