/** A setting as a row of the form: its value as inputs hold it, and back. */
import type { Setting } from "../api/types";
import { t } from "../i18n";

export type Part = { name: string; on: boolean };

export type Row = {
  key: string;
  title: string;
  doc: string;
  type: Setting["type"];
  id: string;
  titleId: string;
  docId: string;
  hintId: string;
  errorId: string;
  describedBy: string;
  isText: boolean;
  isJson: boolean;
  autocomplete: string;
  placeholder: string;
  wide: boolean;
  inputType: string;
  inputMode: string;
  min: number | null;
  max: number | null;
  maxLength: number | null;
  pattern: string | null;
  choices: string[];
  units: string[];
  unitLabel: string;
  hint: string;
  source: string;
  shown: string;
  canReset: boolean;
  resetLabel: string;
  /** What inputs hold. */
  text: string;
  unit: string;
  on: boolean;
  parts: Part[];
  /** To be taken back when saved. */
  reset: boolean;
  error: string;
  /** The value as it was loaded, to tell what changed. */
  loaded: string;
  setting: Setting;
};

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];
const TIMES: [string, number][] = [["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]];
/** A limit beyond this is there for the machine, not for people. */
const SENSIBLE_MAX = 1e15;

/** "2GiB" is 2 and "GiB"; 0 is 0 of something. */
function splitSize(value: string): [string, string] {
  const [, number = "", unit = ""] = /^([\d.]*)\s*([A-Za-z]*)$/.exec(value) ?? [];
  return [number, unit || (number === "0" ? "GiB" : "B")];
}

/** "1h30m" is 90 and "m": the largest unit that needs no fraction. */
function splitDuration(value: string): [string, string] {
  let total = 0;
  for (const [, number, unit] of value.matchAll(/(\d+)(ms|s|m|h)/g)) {
    total += Number(number) * (TIMES.find(([name]) => name === unit)?.[1] ?? 0);
  }
  const [unit, factor] = TIMES.find(([, factor]) => total > 0 && total % factor === 0) ?? ["s", 1_000];
  return [String(total / factor), unit];
}

/** A list of anything, unlike one of choices. */
const isFree = ({ type, allowed }: Setting) => type === "list" && allowed.length === 0;

function split(type: Setting["type"], value: unknown): [string, string] {
  if (type === "secret") return ["", ""]; // what is there is never shown
  if (Array.isArray(value) && type === "list") return [value.join(", "), ""];
  if (type === "bytes") return splitSize(String(value));
  if (type === "duration") return splitDuration(String(value));
  if (type === "json") return [pretty(value), ""];
  return [value === null ? "" : String(value), ""];
}

/** A line for each part of a list. */
function pretty(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value, null, 2);
  return `[\n${value.map((part) => `  ${JSON.stringify(part)}`).join(",\n")}\n]`;
}

/** As it is read: "2 GiB", "on", "h264, av1". */
export function shownValue(value: unknown): string {
  if (typeof value === "boolean") return value ? t.settings.on : t.settings.off;
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value.join(", ") || t.settings.none;
  if (typeof value === "object") return JSON.stringify(value);
  return value === "" ? t.settings.none : String(value);
}

function hint({ type, min, max, allowed, examples, max_length, value, default: fallback }: Setting): string {
  const parts: string[] = [];
  if (type === "secret") return value === "" ? t.settings.notSet : t.settings.isSet;
  const small = (limit: unknown) => limit !== null && !(Number.parseFloat(String(limit)) > SENSIBLE_MAX);
  const number = (limit: unknown) => shownValue(limit);
  if (min !== null && small(max)) parts.push(t.settings.range(number(min), number(max)));
  else if (min !== null) parts.push(t.settings.atLeast(number(min)));
  if (type === "float" && allowed.length > 0) parts.push(t.settings.or(allowed.join(", ")));
  else if (type === "text" && examples.length > 0) parts.push(t.settings.suchAs(examples.join(", ")));
  if (type === "list" && allowed.length === 0) parts.push(t.settings.byCommas);
  if (max_length !== null) parts.push(t.settings.atMost(max_length));
  if (type !== "json" && JSON.stringify(value) !== JSON.stringify(fallback)) parts.push(t.settings.default(shownValue(fallback)));
  return parts.join(" · ");
}

function source({ source, origin, updated_by }: Setting): string {
  if (source === "database") return updated_by ? t.settings.changedBy(updated_by) : t.settings.changedHere;
  return source === "default" ? t.settings.isDefault : t.settings.from(origin ?? source);
}

export function rowOf(setting: Setting): Row {
  const { key, title, type, value, allowed } = setting;
  const id = `setting-${key.replace(".", "-")}`;
  const [text, unit] = split(type, value);
  const units = type === "bytes" ? SIZES : type === "duration" ? TIMES.map(([name]) => name) : [];
  const values = Array.isArray(value) ? (value as string[]) : [];
  const isNumber = type === "integer" || units.length > 0;
  const limit = (value: unknown) => (type === "integer" && Math.abs(Number(value ?? NaN)) < SENSIBLE_MAX ? Number(value) : null);
  const row: Row = {
    key,
    title,
    doc: setting.doc.replaceAll("`", ""),
    type,
    id,
    titleId: `${id}-title`,
    docId: `${id}-doc`,
    hintId: `${id}-hint`,
    errorId: `${id}-error`,
    describedBy: `${id}-doc ${id}-hint ${id}-error`,
    isJson: type === "json",
    isText: isNumber || ["text", "float", "secret"].includes(type) || isFree(setting),
    wide: !isNumber && type !== "float",
    inputType: isNumber ? "number" : type === "secret" ? "password" : "text",
    autocomplete: type === "secret" ? "new-password" : "off",
    placeholder: type === "secret" && value !== "" ? t.settings.replace : "",
    inputMode: isNumber ? "decimal" : "text",
    min: limit(setting.min),
    max: limit(setting.max),
    maxLength: setting.max_length ?? null,
    pattern: isNumber ? null : setting.pattern,
    choices: type === "choice" ? allowed : [],
    units: units.includes(unit) || units.length === 0 ? units : [unit, ...units],
    unitLabel: t.settings.unitOf(title),
    hint: hint(setting),
    source: source(setting),
    shown: shownValue(value),
    canReset: setting.source === "database",
    resetLabel: type === "json" ? t.settings.takeBack(title) : type === "secret" ? t.settings.removeSecret(title) : t.settings.reset(title, shownValue(setting.fallback)),
    text,
    unit,
    on: value === true,
    parts: (type === "list" ? allowed : []).map((name) => ({ name, on: values.includes(name) })),
    reset: false,
    error: "",
    loaded: "",
    setting,
  };
  row.loaded = JSON.stringify(valueOf(row));
  return row;
}

/** What the inputs hold, as the API takes it. */
export function valueOf(row: Row): unknown {
  if (row.type === "boolean") return row.on;
  if (isFree(row.setting)) return row.text.split(",").map((part) => part.trim()).filter(Boolean);
  if (row.type === "list") return row.parts.filter(({ on }) => on).map(({ name }) => name);
  if (row.type === "json") return parsed(row.text) ?? row.text;
  return row.text === "" ? "" : `${row.text}${row.unit}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Puts the value that is in force after a reset into the inputs. */
export function fillIn(row: Row, value: unknown): void {
  const fresh = rowOf({ ...row.setting, value: value as Setting["value"] });
  Object.assign(row, { text: fresh.text, unit: fresh.unit, units: fresh.units, on: fresh.on, parts: fresh.parts, placeholder: fresh.placeholder });
}

/** Said as soon as the field is left; the server has the last word when it is saved. */
export function misfit({ type, pattern, setting, text }: Row): string {
  if (type === "json") return text.trim() === "" || parsed(text) !== undefined ? "" : t.settings.noJson;
  const fits = pattern === null || text.trim() === "" || new RegExp(`^(?:${pattern})$`, "v").test(text.trim());
  return fits ? "" : t.settings.misfit(setting.examples.join(", "));
}

export function matches(setting: Setting, words: string[]): boolean {
  const text = `${setting.key} ${setting.title} ${setting.doc}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
