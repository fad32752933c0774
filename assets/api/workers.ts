/** Machines that lend their CPU, and the record of what happened to their programs. */
import { queryOf, request, send } from "./client";
import { follow } from "./events";
import type { Deployment, DeploymentPage, RegisteredWorker, ServerPart, Worker, WorkerList, WorkerLog } from "./types";

export type Order = "enable" | "disable" | "drain" | "restart" | "stop" | "update";

const path = (id: string) => `/api/workers/${encodeURIComponent(id)}`;

export const registerWorker = (name: string) => send<RegisteredWorker>("POST", "/api/workers", { name });
export const orderWorker = (id: string, order: Order) => request(`${path(id)}/${order}`, { method: "POST" });
export const revokeWorker = (id: string) => request(path(id), { method: "DELETE" });
export const workerLog = (id: string) => request<WorkerLog>(`${path(id)}/logs`);
export const listDeployments = (limit: number, cursor: string | null) =>
  request<DeploymentPage>(`/api/deployments${queryOf({ limit, cursor })}`);

export type Handlers = {
  /** All there are: at the start, and when events were missed. */
  initial: (list: WorkerList) => void;
  worker: (worker: Worker) => void;
  removed: (worker: { id: string }) => void;
  server: (server: ServerPart) => void;
  log: (log: WorkerLog) => void;
  deployment: (event: Deployment) => void;
};

/** `connected` is told whenever the stream opens, and null when it broke off. */
export function followWorkers(handlers: Handlers, connected: (again: boolean | null) => void): () => void {
  return follow("/api/events/workers", handlers, connected, true);
}
