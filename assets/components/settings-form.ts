/** The form of all settings: made from what the server says about each, saved all or none. */
import { asApiError, changeSettings, errorText, listSettings } from "../api/client";
import type { SettingList, SettingValues } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";
import { focusWhenShown } from "../lib/focus";
import { pageData } from "../lib/page-data";
import { fillIn, matches, misfit, rowOf, valueOf, type Row } from "./settings-row";

type Category = { name: string; id: string; title: string; doc: string; rows: Row[]; fixed: Row[]; fixedTitle: string };

export const settingsForm = component(() => ({
  categories: [] as Category[],
  search: "",
  saving: false,
  error: "",

  init() {
    const first = pageData<{ settings: SettingList }>().settings;
    if (first) this.show(first);
    else void this.load();
    window.addEventListener("beforeunload", (event) => {
      if (this.changes > 0) event.preventDefault();
    });
  },

  get shown(): Category[] {
    const words = this.search.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.categories;
    const found = (rows: Row[]) => rows.filter(({ setting }) => matches(setting, words));
    return this.categories
      .map((category) => ({ ...category, rows: found(category.rows), fixed: found(category.fixed) }))
      .filter(({ rows, fixed }) => rows.length + fixed.length > 0);
  },
  get summary(): string {
    return t.settings.count(this.shown.reduce((sum, { rows }) => sum + rows.length, 0));
  },
  get rows(): Row[] {
    return this.categories.flatMap(({ rows }) => rows);
  },
  get changes(): number {
    return this.rows.filter((row) => this.isChanged(row)).length;
  },
  get changesText(): string {
    return t.settings.changes(this.changes);
  },

  isChanged(row: Row): boolean {
    return row.reset || JSON.stringify(valueOf(row)) !== row.loaded;
  },

  edited(row: Row) {
    row.reset = false;
    row.error = "";
  },

  left(row: Row) {
    row.error = misfit(row);
  },

  reset(row: Row) {
    fillIn(row, row.setting.fallback);
    row.reset = true;
    row.error = "";
  },

  discard() {
    for (const row of this.rows.filter((row) => this.isChanged(row))) {
      fillIn(row, row.setting.value);
      this.edited(row);
    }
    this.error = "";
  },

  async load() {
    try {
      this.show(await listSettings());
    } catch (error) {
      announce(errorText(asApiError(error)), true);
    }
  },

  show(list: SettingList) {
    this.categories = list.categories.map(({ name, title, doc, settings }) => {
      const fixed = settings.filter((setting) => setting.restart_needed).map(rowOf);
      const rows = settings.filter((setting) => !setting.restart_needed).map(rowOf);
      return { name, id: `category-${name}`, title, doc, rows, fixed, fixedTitle: t.settings.fixed(fixed.length) };
    });
  },

  async save() {
    const changed = this.rows.filter((row) => this.isChanged(row));
    if (this.saving || changed.length === 0) return;
    this.saving = true;
    this.error = "";
    for (const row of changed) row.error = "";
    try {
      const values: SettingValues = Object.fromEntries(changed.map((row) => [row.key, row.reset ? null : valueOf(row)]));
      this.show(await changeSettings(values));
      announce(t.settings.saved(changed.length));
    } catch (error) {
      this.refused(changed, error);
    } finally {
      this.saving = false;
    }
  },

  /** What the server says of a setting stands beside it; the first one gets the focus. */
  refused(changed: Row[], error: unknown) {
    const problem = asApiError(error);
    for (const { field, reason, fix } of problem.errors) {
      const row = changed.find(({ key }) => key === field);
      if (row) row.error = t.settings.refused(reason, fix);
    }
    const first = changed.find((row) => row.error);
    this.error = first ? t.settings.notSaved : errorText(problem);
    if (!first) return;
    if (this.search) this.search = "";
    focusWhenShown(first.id);
  },
}));
