/** The first account. The token comes behind the `#` of the link that the server prints. */
import { setUp, setupNeeded } from "../api/accounts";
import { asApiError, errorText } from "../api/client";
import { component } from "../lib/alpine";
import { at } from "../lib/base";

export const setupForm = component(() => ({
  token: new URLSearchParams(location.hash.slice(1)).get("token") ?? "",
  username: "",
  password: "",
  shown: false,
  busy: false,
  done: false,
  error: "",
  field: "",

  async init() {
    this.done = !(await setupNeeded().catch(() => true));
  },

  async submit() {
    if (this.busy) return;
    Object.assign(this, { busy: true, error: "", field: "" });
    try {
      await setUp(this.token, this.username, this.password);
      location.replace(at("/"));
    } catch (error) {
      const problem = asApiError(error);
      if (problem.code === "setup_done") this.done = true;
      this.error = errorText(problem);
      this.field = problem.field ?? "";
      if (this.field) document.getElementById(this.field)?.focus();
    } finally {
      this.busy = false;
    }
  },
}));
