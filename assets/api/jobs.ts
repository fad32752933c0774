/** Jobs and pools: what is being made, and by how many at once. */
import { queryOf, request, send } from "./client";
import type { Job, JobAction, JobBulkResult, JobDetail, JobPage, Pool, Priority } from "./types";

export type JobQuery = { state?: string; kind?: string; cursor?: string | null; limit?: number };

export function listJobs(query: JobQuery): Promise<JobPage> {
  return request<JobPage>(`/api/jobs${queryOf(query)}`);
}

export function getJob(id: number): Promise<JobDetail> {
  return request<JobDetail>(`/api/jobs/${id}`);
}

export function retryJob(id: number): Promise<Job> {
  return send<Job>("POST", `/api/jobs/${id}/retry`, {});
}

export function cancelJob(id: number): Promise<Job> {
  return send<Job>("POST", `/api/jobs/${id}/cancel`, {});
}

export function prioritiseJob(id: number, priority: Priority): Promise<Job> {
  return send<Job>("PATCH", `/api/jobs/${id}`, { priority });
}

export function retryRendition(id: number, name: string): Promise<Job> {
  return send<Job>("POST", `/api/jobs/${id}/renditions/${encodeURIComponent(name)}/retry`, {});
}

export function retryTask(id: number): Promise<Job> {
  return send<Job>("POST", `/api/tasks/${id}/retry`, {});
}

/** At most 200 at once. */
export function bulkJobs(ids: number[], action: JobAction, priority?: Priority): Promise<JobBulkResult> {
  return send<JobBulkResult>("POST", "/api/jobs/bulk", { ids, action, priority });
}

export function listPools(): Promise<{ pools: Pool[] }> {
  return request<{ pools: Pool[] }>("/api/pools");
}

export function steerPool(name: string, order: "pause" | "resume"): Promise<Pool> {
  return send<Pool>("POST", `/api/pools/${encodeURIComponent(name)}/${order}`, {});
}
