// Pages from their sources. Known marks: {{> components/x.html}} includes a partial, {{t group.name}} a
// label, {{icon name}} a Lucide icon inline, {{asset app.css}} a hashed address, {{set name value}} and
// {{get name}} hand a value to a partial; {{t =name}} and {{asset =name}} take what they name from such a value. An unknown
// mark or label fails the build.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import path from "node:path";

const MARK = /\{\{\s*(>|t|icon|asset|set|get)\s*([^}]*?)\s*\}\}/g;

export async function loadLabels(root) {
  const result = await build({ entryPoints: [path.join(root, "i18n/en.ts")], format: "esm", write: false });
  const { en } = await import(`data:text/javascript,${encodeURIComponent(result.outputFiles[0].text)}`);
  return en;
}

export async function renderPage(root, name, { assets, labels }) {
  const source = await include(root, `pages/${name}.html`);
  const values = {};
  const icons = new Map();
  for (const [, kind, argument] of source.matchAll(MARK)) {
    if (kind === "icon" && !icons.has(argument)) icons.set(argument, await icon(root, argument));
  }
  const html = source.replace(MARK, (mark, kind, argument) => {
    const named = argument.startsWith("=") ? values[argument.slice(1)] ?? fail(mark) : argument;
    if (kind === "t") return escape(label(labels, named));
    if (kind === "icon") return icons.get(argument);
    if (kind === "asset") return assets[named] ?? fail(`no asset ${named}`);
    if (kind === "get") return values[argument] ?? "";
    if (kind === "set") {
      const [, key, value] = /^(\S+)\s+(.*)$/s.exec(argument) ?? fail(mark);
      values[key] = value;
      return "";
    }
    return fail(mark);
  });
  if (html.includes("{{")) fail(`${name}: ${html.slice(html.indexOf("{{"), html.indexOf("{{") + 40)}`);
  return html.replace(/<!--(?!vlog:)[\s\S]*?-->/g, "").replace(/\n\s*/g, "\n").trimStart();
}

async function include(root, file) {
  const text = await readFile(path.join(root, file), "utf8");
  const parts = await Promise.all(
    text.split(/(\{\{>\s*[^}]+\}\})/).map((part) => {
      const found = /^\{\{>\s*([^}\s]+)\s*\}\}$/.exec(part);
      return found ? include(root, found[1]) : part;
    }),
  );
  return parts.join("");
}

// "{{icon play}}" or "{{icon play icon-s}}" with further classes.
async function icon(root, argument) {
  const [name, ...classes] = argument.split(/\s+/);
  const svg = await readFile(path.join(root, `node_modules/lucide-static/icons/${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.indexOf("</svg>")).replace(/\s*\n\s*/g, "");
  const attributes = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<svg class="${["icon", ...classes].join(" ")}" ${attributes} aria-hidden="true">${inner}</svg>`;
}

function label(labels, key) {
  const value = key.split(".").reduce((at, part) => at?.[part], labels);
  return typeof value === "string" ? value : fail(`no label ${key}`);
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function fail(message) {
  throw new Error(`page build: ${message}`);
}
