/** Asks for the password, and a code where there is one, until what they are for is done. */
import { asApiError, errorText } from "../api/client";
import { component } from "../lib/alpine";
import type { OwnerQuestion } from "../lib/owner";

const BLANK = { title: "", text: "", yes: "", withCode: false, password: "", code: "", error: "", field: "", busy: false };

export const ownerDialog = component(() => ({
  ...BLANK,
  attempt: null as OwnerQuestion["attempt"] | null,

  open(question: OwnerQuestion) {
    Object.assign(this, BLANK, question);
    void this.$nextTick(() => (this.$refs.dialog as HTMLDialogElement).showModal());
  },

  close() {
    (this.$refs.dialog as HTMLDialogElement).close();
  },

  forget() {
    Object.assign(this, { password: "", code: "", attempt: null });
  },

  async submit() {
    if (this.busy || !this.attempt) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    try {
      await this.attempt(this.password, this.code);
      this.close();
    } catch (error) {
      const problem = asApiError(error);
      this.error = errorText(problem);
      this.field = problem.field ?? "";
      document.getElementById(this.field === "code" ? "owner-code" : "owner-password")?.focus();
    } finally {
      this.busy = false;
    }
  },
}));
