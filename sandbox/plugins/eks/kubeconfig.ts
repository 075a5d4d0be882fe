import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { adminToken } from "../admin-token";

/**
 * How to reach the cluster as its administrator. Secret, since it holds a token where AWS's would run `aws eks
 * get-token`.
 */
export function kubeconfigOf(cluster: aws.eks.Cluster): pulumi.Output<object> {
  const { endpoint, certificateAuthority, arn } = cluster;
  const facts = pulumi.all([endpoint, certificateAuthority.data, arn, pulumi.secret(adminToken())]);
  return facts.apply(([server, authority, name, token]) => ({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { token } }],
  }));
}
