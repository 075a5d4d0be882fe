import { labels } from "./labels";
import type { Node } from "./node";

/** Whether the kubelet reports the node as Ready. */
export const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/** Recognized as the node of a claim. */
export const isRegistered = (node: Node): boolean => node.metadata.labels?.[labels.registered] === "true";

/** Declared ready for pods. */
export const isInitialized = (node: Node): boolean => node.metadata.labels?.[labels.initialized] === "true";
