/** Changes title and description of a video. Opened by `vlog-edit`, tells by `vlog-edited` which video changed. */
import { asApiError, editVideo, errorText } from "../api/client";
import { t } from "../i18n";
import { component } from "../lib/alpine";
import { announce } from "../lib/announce";

export type Editable = { id: number; title: string; description: string };

export const editDialog = component(() => ({
  id: 0,
  title: "",
  description: "",
  error: "",
  saving: false,

  open({ id, title, description }: Editable) {
    Object.assign(this, { id, title, description, error: "", saving: false });
    (this.$refs.dialog as HTMLDialogElement).showModal();
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  async save() {
    if (this.saving) return;
    this.saving = true;
    this.error = "";
    try {
      const { id, title } = await editVideo(this.id, { title: this.title, description: this.description });
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
