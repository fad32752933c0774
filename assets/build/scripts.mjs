// TypeScript -> hashed ES modules. What a page imports lazily becomes a chunk of its own.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { hashedName } from "./names.mjs";

const entries = ["index", "watch", "admin", "docs", "404", "theme"];

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
    publicPath: "/assets",
    metafile: true,
    logLevel: "warning",
    plugins: [urlImports(root)],
  });
  const assets = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = entryPoint && path.parse(entryPoint).name;
    if (name && entries.includes(name)) assets[`${name}.js`] = `/assets/${path.basename(output)}`;
  }
  return assets;
}

// `import url from "url:package/file.css"` copies the file under a hashed name and yields its address.
function urlImports(root) {
  return {
    name: "url",
    setup(builder) {
      builder.onResolve({ filter: /^url:/ }, ({ path: request }) => {
        return { path: path.join(root, "node_modules", request.slice(4)), namespace: "url" };
      });
      builder.onLoad({ filter: /.*/, namespace: "url" }, async ({ path: file }) => {
        const content = await readFile(file);
        const name = hashedName(path.basename(file), content);
        await writeFile(path.join(builder.initialOptions.outdir, name), content);
        return { contents: `export default ${JSON.stringify(`/assets/${name}`)}`, loader: "js" };
      });
    },
  };
}
