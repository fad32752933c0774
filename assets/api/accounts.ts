/** Accounts: logging in, one's own account, those of others, and the audit log. */
import { queryOf, request, send } from "./client";
import type { Account, AccountEdit, ApiKey, AuditPage, CreatedApiKey, Me, NewAccount, NewApiKey, Session } from "./types";

const path = (list: string, id: string) => `${list}/${encodeURIComponent(id)}`;

export const logIn = (username: string, password: string) => send<Me>("POST", "/api/auth/login", { username, password });
export const logOut = () => request("/api/auth/logout", { method: "POST" });
export const setupNeeded = async () => (await request<{ needed: boolean }>("/api/auth/setup")).needed;
export const setUp = (token: string, username: string, password: string) =>
  send<Me>("POST", "/api/auth/setup", { token, username, password });

export const changePassword = (current: string, next: string) => send("POST", "/api/auth/password", { current, new: next });
export const listSessions = async () => (await request<{ sessions: Session[] }>("/api/auth/sessions")).sessions;
export const endSession = (id: string) => request(path("/api/auth/sessions", id), { method: "DELETE" });
export const endOtherSessions = () => request("/api/auth/sessions", { method: "DELETE" });
export const listApiKeys = async () => (await request<{ api_keys: ApiKey[] }>("/api/auth/api-keys")).api_keys;
export const createApiKey = (key: NewApiKey) => send<CreatedApiKey>("POST", "/api/auth/api-keys", key);
export const revokeApiKey = (id: string) => request(path("/api/auth/api-keys", id), { method: "DELETE" });

export const listUsers = async () => (await request<{ users: Account[] }>("/api/users")).users;
export const createUser = (user: NewAccount) => send<Account>("POST", "/api/users", user);
export const editUser = (id: string, edit: AccountEdit) => send<Account>("PATCH", path("/api/users", id), edit);
export const deleteUser = (id: string) => request(path("/api/users", id), { method: "DELETE" });

export type AuditQuery = { actor: string; action: string; result: string; from: string; to: string };

export const listAudit = (query: AuditQuery, limit: number, cursor: string | null) =>
  request<AuditPage>(`/api/audit${queryOf({ ...query, limit, cursor })}`);
export const auditExport = (query: AuditQuery) => `/api/audit/export${queryOf(query)}`;
