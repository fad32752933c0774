// TypeScript -> hashed ES modules. What a page imports lazily becomes a chunk of its own.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import path from "node:path";

const entries = ["index", "watch", "admin", "settings", "login", "setup", "account", "profile", "users", "audit", "jobs", "system", "workers", "webhooks", "docs", "404", "admin-404", "theme"];
// Loaded lazily, but known to be needed: pages may preload them.
const lazy = { player: "player.js", "shaka-player.ui-es2021": "shaka.js" };

// Alpine looks at every global to keep expressions from them. Looking at some is reported as the use of what browsers are
// about to remove; it leaves two out, and this leaves out the rest.
const LEFT_OUT = 'key === "sharedStorage"';
const withoutFences = {
  name: "without-fences",
  setup({ onLoad }) {
    onLoad({ filter: /@alpinejs\/csp\/dist\/module\.esm\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      if (!source.includes(LEFT_OUT)) throw new Error("Alpine looks at globals in another way now");
      return { contents: source.replace(LEFT_OUT, `${LEFT_OUT} || /fence/i.test(key)`), loader: "js" };
    });
  },
};

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
    plugins: [withoutFences],
  });
  const assets = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = entryPoint && path.parse(entryPoint).name;
    const key = lazy[name] ?? (entries.includes(name) && `${name}.js`);
    if (key) assets[key] = `/assets/${path.basename(output)}`;
  }
  return assets;
}
