/**
 * The versions that are built when PATH has none. Each is offered by the public Go module proxy or PyPI; a new version
 * is a new place in the cache.
 */
export const versions = {
  etcd: "3.6.4",
  kubernetes: "1.34.1",
  kwok: "0.7.0",
  pulumi: "3.232.0",
  /** The last one whose sources lie inside Pulumi's sdk module; it runs programs of current SDKs. */
  pulumiLanguageNodejs: "3.68.0",
  moto: "5.2.5",
} as const;
