/** Accounts: logging in, one's own account, those of others, and the audit log. */
import { at } from "../lib/base";
import { queryOf, request, send } from "./client";
import { rememberSession } from "./session";
import type {
  Account, AccountEdit, ApiKey, AuditPage, CreatedApiKey, Factors, Me, NewAccount, NewApiKey, Passkey, PasskeyRequest,
  Person, Session, TotpEnrolment,
} from "./types";

const path = (list: string, id: string) => `${list}/${encodeURIComponent(id)}`;

/** Begins a session. */
const begin = async (path: string, body: unknown) => {
  const me = await send<Me>("POST", path, body);
  rememberSession();
  return me;
};

export const logIn = (username: string, password: string) => begin("/api/auth/login", { username, password });
export const logInWithCode = (login_token: string, code: string) => begin("/api/auth/login/code", { login_token, code });
export const beginPasskeyLogin = () => request<PasskeyRequest>("/api/auth/login/passkey/begin", { method: "POST" });
export const logInWithPasskey = (ceremony: string, credential: unknown) =>
  begin("/api/auth/login/passkey", { ceremony, credential });
export const loginMethods = () => request<{ oidc: string | null }>("/api/auth/methods");
export const logOut = () => request("/api/auth/logout", { method: "POST" });
export const setupNeeded = async () => (await request<{ needed: boolean }>("/api/auth/setup")).needed;
export const setUp = (token: string, username: string, password: string) =>
  begin("/api/auth/setup", { token, username, password });

export const changePassword = (current: string, next: string, revoke_api_keys: boolean) =>
  send("POST", "/api/auth/password", { current, new: next, revoke_api_keys });
export const getFactors = () => request<Factors>("/api/auth/factors");
export const beginTotp = (password: string) => send<TotpEnrolment>("POST", "/api/auth/totp", { password });
type RecoveryCodes = { recovery_codes: string[] };
export const confirmTotp = async (code: string) => (await send<RecoveryCodes>("POST", "/api/auth/totp/confirm", { code })).recovery_codes;
export const renewRecoveryCodes = async (password: string, code: string) =>
  (await send<RecoveryCodes>("POST", "/api/auth/totp/recovery-codes", { password, code })).recovery_codes;
export const disableTotp = (password: string, code: string) => send("POST", "/api/auth/totp/disable", { password, code });
export const listPasskeys = async () => (await request<{ passkeys: Passkey[] }>("/api/auth/passkeys")).passkeys;
export const beginPasskey = (password: string) => send<PasskeyRequest>("POST", "/api/auth/passkeys/begin", { password });
export const createPasskey = (name: string, ceremony: string, credential: unknown) =>
  send<Passkey>("POST", "/api/auth/passkeys", { name, ceremony, credential });
export const removePasskey = (id: string, password: string) =>
  send("POST", `${path("/api/auth/passkeys", id)}/remove`, { password });
export const linkOidc = (password: string) => send<{ url: string }>("POST", "/api/auth/oidc/link", { password });
export const unlinkOidc = (password: string) => send("POST", "/api/auth/oidc/unlink", { password });
export const listSessions = (cursor: string | null) =>
  request<{ sessions: Session[]; next_cursor: string | null }>(`/api/auth/sessions${queryOf({ cursor })}`);
export const endSession = (id: string) => request(path("/api/auth/sessions", id), { method: "DELETE" });
export const endOtherSessions = () => request("/api/auth/sessions", { method: "DELETE" });
export const listApiKeys = async () => (await request<{ api_keys: ApiKey[] }>("/api/auth/api-keys")).api_keys;
export const createApiKey = (key: NewApiKey) => send<CreatedApiKey>("POST", "/api/auth/api-keys", key);
export const revokeApiKey = (id: string) => request(path("/api/auth/api-keys", id), { method: "DELETE" });

/** Those a private video can be shared with. */
export const listPeople = async () => (await request<{ people: Person[] }>("/api/people")).people;
export const listUsers = () => request<{ users: Account[]; with_second_factor: string[] }>("/api/users");
export const createUser = (user: NewAccount) => send<Account>("POST", "/api/users", user);
export const editUser = (id: string, edit: AccountEdit) => send<Account>("PATCH", path("/api/users", id), edit);
export const resetFactors = (id: string) => request(`${path("/api/users", id)}/factors`, { method: "DELETE" });
export const endAccess = (id: string) => request(`${path("/api/users", id)}/access`, { method: "DELETE" });
export const deleteUser = (id: string) => request(path("/api/users", id), { method: "DELETE" });

export type AuditQuery = Record<"actor" | "action" | "target" | "address" | "result" | "from" | "to", string>;

export const listAudit = (query: AuditQuery, limit: number, cursor: string | null) =>
  request<AuditPage>(`/api/audit${queryOf({ ...query, limit, cursor })}`);
export const auditExport = (query: AuditQuery) => at(`/api/audit/export${queryOf(query)}`);
