/** One's sessions: which browsers are logged in, and ending them. */
import { endOtherSessions, endSession, listSessions } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import type { Session } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce, ask } from "../lib/announce";
import { ago, dateTime, longDate } from "../lib/format";

// The first that fits: every browser also names others.
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/(Chrome|Chromium|CriOS)\//, "Chrome"],
  [/Safari\//, "Safari"],
  [/^vlog\b/, "vlog"],
  [/^curl\//, "curl"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

function deviceOf(agent: string): string {
  const find = (names: [RegExp, string][]) => names.find(([mark]) => mark.test(agent))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser && system) return t.profile.onSystem(browser, system);
  return browser ?? system ?? (agent.slice(0, 60) || t.profile.unknownDevice);
}

function rowOf({ id, user_agent, address, current, last_used_at, created_at }: Session) {
  const device = deviceOf(user_agent);
  return {
    id,
    device,
    agent: user_agent,
    address,
    current,
    used: t.profile.lastUsed(ago(last_used_at)),
    usedAt: dateTime(last_used_at),
    since: t.profile.since(longDate(created_at)),
    endLabel: t.profile.endNamed(device),
  };
}

type Row = ReturnType<typeof rowOf>;

export const sessions = component(() => ({
  rows: [] as Row[],
  cursor: null as string | null,
  error: "",

  init() {
    void this.load();
  },

  more() {
    void this.load(this.cursor);
  },

  async load(after: string | null = null) {
    try {
      const { sessions, next_cursor } = await listSessions(after);
      this.rows = [...(after ? this.rows : []), ...sessions.map(rowOf)];
      this.cursor = next_cursor;
      this.error = "";
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  async end({ id, device }: Row) {
    const { endTitle: title, endText, endYes: yes, keep: no } = t.profile;
    if (await ask({ title, text: endText(device), yes, no, bad: true })) await this.act(() => endSession(id), t.profile.ended);
  },

  async endOthers() {
    const { endOthersTitle: title, endOthersText: text, endOthers: yes, keep: no } = t.profile;
    if (await ask({ title, text, yes, no, bad: true })) await this.act(endOtherSessions, t.profile.othersEnded);
  },

  async act(action: () => Promise<unknown>, done: string) {
    try {
      await action();
      announce(done);
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
    await this.load();
  },
}));
