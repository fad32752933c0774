/** Numbers and times as people read them. */
import { t } from "../i18n";

/** 3725 -> "1:02:05". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 125 -> "2 min"; for time left, where a rough figure is the honest one. */
export function roughTime(seconds: number): string {
  if (seconds < 60) return t.time.seconds(Math.max(1, Math.round(seconds)));
  if (seconds < 3600) return t.time.minutes(Math.round(seconds / 60));
  return t.time.hours(Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60));
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

const RELATIVE: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function ago(iso: string): string {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  const relative = new Intl.RelativeTimeFormat(t.language, { numeric: "auto" });
  for (const [unit, length] of RELATIVE) {
    if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit);
  }
  return t.time.justNow;
}

export function longDate(iso: string): string {
  return new Intl.DateTimeFormat(t.language, { dateStyle: "long" }).format(new Date(iso));
}

/** Date and time to the second, in the browser's time zone. */
export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso));
}
