/**
 * Prometheus metrics by the names declared in `contract/metrics.ts`; an undeclared name or label is a programming
 * error.
 */
export interface Metrics {
  count(name: string, labels?: MetricLabels, by?: number): void;
  set(name: string, value: number, labels?: MetricLabels): void;
  observe(name: string, value: number, labels?: MetricLabels): void;
  /** Forgets one series of a gauge, or all of them, so that what is gone is not reported for ever. */
  forget(name: string, labels?: MetricLabels): void;
}

export type MetricLabels = Readonly<Record<string, string>>;
