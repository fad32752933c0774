// Style sheets: app.css through the Tailwind CLI, player.css with Shaka's own style sheet in front.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import path from "node:path";
import { transform } from "esbuild";
import { hashedName } from "./names.mjs";

const run = promisify(execFile);

export async function bundleStyles(root, staticDir) {
  const [app, player] = await Promise.all([appStyles(root), playerStyles(root)]);
  const assets = {};
  for (const [name, content] of [["app.css", app], ["player.css", player]]) {
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
  const own = await readFile(path.join(root, "styles/player.css"), "utf8");
  const { code } = await transform(`${withoutFont}\n${own}`, { loader: "css", minify: true, legalComments: "none" });
  return Buffer.from(code);
}
