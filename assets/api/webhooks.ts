/** Who is told what happens, and what became of each message. */
import { queryOf, request, send } from "./client";
import { follow } from "./events";
import type { Delivery, DeliveryDetail, DeliveryPage, NewWebhook, Webhook, WebhookEdit, WebhookList, WebhookSecret } from "./types";

const path = (id: string) => `/api/webhooks/${encodeURIComponent(id)}`;

export const createWebhook = (webhook: NewWebhook) => send<WebhookSecret>("POST", "/api/webhooks", webhook);
export const editWebhook = (id: string, edit: WebhookEdit) => send<Webhook>("PATCH", path(id), edit);
export const deleteWebhook = (id: string) => request(path(id), { method: "DELETE" });
export const rotateSecret = (id: string) => request<WebhookSecret>(`${path(id)}/secret`, { method: "POST" });
export const testWebhook = (id: string) => request<DeliveryDetail>(`${path(id)}/test`, { method: "POST" });

export const listDeliveries = (id: string, status: string, limit: number, cursor: string | null) =>
  request<DeliveryPage>(`${path(id)}/deliveries${queryOf({ status, limit, cursor })}`);
export const getDelivery = (id: string, delivery: number) => request<DeliveryDetail>(`${path(id)}/deliveries/${delivery}`);
export const retryDelivery = (id: string, delivery: number) =>
  request<Delivery>(`${path(id)}/deliveries/${delivery}/retry`, { method: "POST" });

export type Handlers = {
  /** All there are: at the start, when events were missed, and when they are others or have more to tell. */
  initial: (list: WebhookList) => void;
  webhook: (webhook: Webhook) => void;
  delivery: (delivery: Delivery) => void;
};

/** `connected` is told whenever the stream opens, and null when it broke off. */
export function followWebhooks(handlers: Handlers, connected: (again: boolean | null) => void): () => void {
  return follow("/api/events/webhooks", handlers, connected, true);
}
