import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { KubeApi, Meta } from "../control-plane/kube-api";
import type { Pod } from "./pod";
import type { Tokens } from "./tokens";

/** Where AWS is, for pods that have a role there. */
export interface AwsPlace {
  readonly endpoint: string;
  readonly region: string;
}

/** A pod's folder and what it proves itself with. */
export interface Identity {
  readonly api: KubeApi;
  readonly pod: Pod;
  /** Of this pod alone. */
  readonly folder: string;
  readonly tokens: Tokens;
  readonly aws: AwsPlace;
}

/** Where the API server's admission mounts the service account's credentials, unless the pod declines. */
export const serviceAccountMount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * A kubeconfig made of the mounted credentials, and the variable that points at it: programs look for them at a fixed
 * place, which several sandboxes on one machine cannot share.
 */
export async function kubernetesIdentity(
  { api, pod, folder }: Identity,
  mount: string | undefined,
): Promise<Record<string, string>> {
  if (mount === undefined || !existsSync(join(mount, "token"))) return {};
  const user = pod.spec.serviceAccountName ?? "default";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster: { server: api.endpoint, "certificate-authority": join(mount, "ca.crt") } }],
    users: [{ name: user, user: { tokenFile: join(mount, "token") } }],
    contexts: [{ name: "pod", context: { cluster: "cluster", user, namespace: pod.metadata.namespace } }],
    "current-context": "pod",
  };
  const path = join(folder, "kubeconfig");
  await writeFile(path, stringify(config));
  const { hostname, port } = new URL(api.endpoint);
  return { KUBECONFIG: path, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

/**
 * What EKS's webhook gives to pods whose service account names a role.
 * https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export async function awsIdentity({ api, pod, folder, tokens, aws }: Identity): Promise<Record<string, string>> {
  const account = pod.spec.serviceAccountName ?? "default";
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/serviceaccounts/${account}`;
  const found = await api.get<{ readonly metadata: Meta }>(path);
  const annotations = found?.metadata.annotations ?? {};
  const place = { AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: aws.region, AWS_DEFAULT_REGION: aws.region };
  const role = annotations["eks.amazonaws.com/role-arn"];
  if (role === undefined) return place;
  const file = join(folder, "eks.amazonaws.com", "token");
  const audience = annotations["eks.amazonaws.com/audience"] ?? "sts.amazonaws.com";
  await tokens.add({ path: file, audience, expirationSeconds: 86_400 });
  return { ...place, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_STS_REGIONAL_ENDPOINTS: "regional" };
}
