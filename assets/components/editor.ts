/**
 * Changes title, description and who may see a video. Opened by `vlog-edit`, tells by `vlog-edited` which video changed.
 */
import { listPeople } from "../api/accounts";
import { asApiError, editVideo, errorText, getVideo, type VideoChange } from "../api/client";
import type { Person, Visibility } from "../api/types";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";

export type Editable = { id: number; title: string; description: string };
type Choice = { username: string; label: string };

export const editDialog = component(() => ({
  id: 0,
  title: "",
  description: "",
  visibility: "public" as Visibility,
  /** Shared with everybody who is logged in. */
  everybody: false,
  /** Names of those it is shared with. */
  users: [] as string[],
  people: [] as Choice[],
  find: "",
  /** Who may see it is known by now, so that it can be changed. */
  known: false,
  error: "",
  saving: false,

  get isPrivate(): boolean {
    return this.visibility === "private";
  },
  get found(): Choice[] {
    const wanted = this.find.trim().toLowerCase();
    return this.people.filter(({ label }) => label.toLowerCase().includes(wanted));
  },
  get chosen(): string {
    return t.sharing.chosen(this.users.length);
  },

  open({ id, title, description }: Editable) {
    Object.assign(this, { id, title, description, find: "", error: "", saving: false, known: false });
    Object.assign(this, { visibility: "public", everybody: false, users: [], people: [] });
    (this.$refs.dialog as HTMLDialogElement).showModal();
    void this.load(id);
  },

  async load(id: number) {
    try {
      const [video, people] = await Promise.all([getVideo(id), listPeople()]);
      if (this.id !== id) return;
      const { users = [], roles = [] } = video.shared_with ?? {};
      this.visibility = video.visibility;
      this.everybody = roles.includes("viewer");
      this.users = users;
      this.people = choices(people, users);
      this.known = true;
    } catch (error) {
      this.error = errorText(asApiError(error));
    }
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  async save() {
    if (this.saving) return;
    this.saving = true;
    this.error = "";
    const change: VideoChange = { title: this.title, description: this.description };
    if (this.known) {
      change.visibility = this.visibility;
      if (this.isPrivate) change.shared_with = { users: this.users, roles: this.everybody ? ["viewer"] : [] };
    }
    try {
      const { id, title } = await editVideo(this.id, change);
      this.close();
      announce(t.admin.edited(title));
      window.dispatchEvent(new CustomEvent("vlog-edited", { detail: id }));
    } catch (error) {
      this.error = errorText(asApiError(error));
    } finally {
      this.saving = false;
    }
  },
}));

/** Everybody to choose from, and whoever is chosen already. */
function choices(people: Person[], users: string[]): Choice[] {
  const label = ({ username, display_name }: Person) => (display_name === username ? username : `${display_name} (${username})`);
  const known = people.map((person) => ({ username: person.username, label: label(person) }));
  const others = users.filter((name) => people.every(({ username }) => username !== name));
  return [...known, ...others.map((username) => ({ username, label: username }))];
}
