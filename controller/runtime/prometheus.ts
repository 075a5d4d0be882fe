import { Counter, Gauge, Histogram, Registry, Summary, collectDefaultMetrics } from "prom-client";
import { type Metric, durationBuckets, metrics, quantiles } from "../contract/metrics";
import type { MetricLabels, Metrics } from "../ports/metrics";

/**
 * Metrics for Prometheus, out of the table in `contract/metrics.ts`. Names, labels or uses that the
 * table does not know throw.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #distributions = new Map<string, Histogram | Summary>();

  constructor(table: Readonly<Record<string, Metric>> = metrics) {
    for (const [name, metric] of Object.entries(table)) this.#register(name, metric);
  }

  count(name: string, labels: MetricLabels = {}, by = 1): void {
    this.#known(this.#counters, name, "counter").inc(labels, by);
  }

  set(name: string, value: number, labels: MetricLabels = {}): void {
    this.#known(this.#gauges, name, "gauge").set(labels, value);
  }

  observe(name: string, value: number, labels: MetricLabels = {}): void {
    this.#known(this.#distributions, name, "histogram or summary").observe(labels, value);
  }

  forget(name: string, labels?: MetricLabels): void {
    const gauge = this.#known(this.#gauges, name, "gauge");
    if (labels) gauge.remove(labels);
    else gauge.reset();
  }

  /** Adds what Node tells about the process: memory, event loop lag, garbage collection. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Everything, in the exposition format; its content type is `contentType`. */
  expose(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #known<T>(among: ReadonlyMap<string, T>, name: string, type: string): T {
    const metric = among.get(name);
    if (metric === undefined) throw new Error(`no ${type} named ${name}: declare it in contract/metrics.ts`);
    return metric;
  }

  #register(name: string, { type, help, labels, buckets = durationBuckets }: Metric): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    switch (type) {
      case "counter":
        this.#counters.set(name, new Counter(options));
        break;
      case "gauge":
        this.#gauges.set(name, new Gauge(options));
        break;
      case "histogram":
        this.#distributions.set(name, new Histogram({ ...options, buckets: [...buckets] }));
        break;
      case "summary":
        this.#distributions.set(name, new Summary({ ...options, percentiles: [...quantiles] }));
        break;
    }
  }
}
