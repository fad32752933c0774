// Style sheets: app.css through the Tailwind CLI, player.css and docs.css with their library's in front.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import path from "node:path";
import { transform } from "esbuild";
import { hashedName } from "./names.mjs";

const run = promisify(execFile);

export async function bundleStyles(root, staticDir) {
  const [app, player, docs] = await Promise.all([appStyles(root), playerStyles(root), docsStyles(root)]);
  const assets = {};
  for (const [name, content] of [["app.css", app], ["player.css", player], ["docs.css", docs]]) {
    const file = hashedName(name, content);
    await writeFile(path.join(staticDir, file), content);
    assets[name] = `/assets/${file}`;
  }
  return assets;
}

async function appStyles(root) {
  const folder = await mkdtemp(path.join(tmpdir(), "vlog-css-"));
  try {
    const output = path.join(folder, "app.css");
    const cli = path.join(root, "node_modules/@tailwindcss/cli/dist/index.mjs");
    await run(process.execPath, [cli, "-i", "styles/app.css", "-o", output, "--minify"], { cwd: root });
    return await readFile(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function playerStyles(root) {
  const shaka = await readFile(path.join(root, "node_modules/shaka-player/dist/controls.css"), "utf8");
  // Its web font comes from elsewhere; the pages use the system's.
  const withoutFont = shaka.replace(/@font-face\s*\{[^}]*\}/g, "");
  if (/url\(["']?https?:/.test(withoutFont)) throw new Error("Shaka's style sheet loads something from elsewhere");
  return minified(withoutFont, await readFile(path.join(root, "styles/player.css"), "utf8"));
}

async function docsStyles(root) {
  const swagger = await readFile(path.join(root, "node_modules/swagger-ui-dist/swagger-ui.css"), "utf8");
  return minified(swagger, await readFile(path.join(root, "styles/docs.css"), "utf8"));
}

async function minified(...sheets) {
  const { code } = await transform(sheets.join("\n"), { loader: "css", minify: true, legalComments: "none" });
  return Buffer.from(code);
}
