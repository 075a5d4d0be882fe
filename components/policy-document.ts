import type { Conditions, Statement } from "../controller/contract/permissions";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html */
const Version = "2012-10-17";

/** A policy that allows what the statements say. */
export const policyDocument = (statements: readonly Statement[]): string =>
  JSON.stringify({
    Version,
    Statement: statements.map(({ sid, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(conditions === undefined ? {} : { Condition: conditions }),
    })),
  });

/**
 * Lets EKS Pod Identity hand a role to pods of one cluster.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export const trustPodIdentity = (account: string, clusterArn: string): string =>
  trust({ Service: "pods.eks.amazonaws.com" }, ["sts:AssumeRole", "sts:TagSession"], {
    StringEquals: { "aws:SourceAccount": account },
    ArnEquals: { "aws:SourceArn": clusterArn },
  });

/** Lets an AWS service, such as `ec2.amazonaws.com`, take on a role. */
export const trustService = (service: string, condition?: Conditions): string =>
  trust({ Service: service }, "sts:AssumeRole", condition);

export interface ServiceAccountTrust {
  /** Of the cluster's OIDC provider. */
  readonly oidcProviderArn: string;
  /** https://oidc.eks.<region>.amazonaws.com/id/<id> */
  readonly issuer: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * Lets one service account of one cluster take on a role, and nobody else.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
export function trustServiceAccount({
  oidcProviderArn,
  issuer,
  namespace,
  serviceAccount,
}: ServiceAccountTrust): string {
  const host = withoutScheme(issuer);
  return trust({ Federated: oidcProviderArn }, "sts:AssumeRoleWithWebIdentity", {
    StringEquals: {
      [`${host}:aud`]: "sts.amazonaws.com",
      [`${host}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
    },
  });
}

/** An issuer as IAM writes it. */
export const withoutScheme = (issuer: string): string => issuer.replace(/^https:\/\//, "");

/** Lets EventBridge put messages on a queue, and nobody read or write it without TLS. */
export const queuePolicyDocument = (queueArn: string): string =>
  JSON.stringify({
    Version,
    Id: "EC2InterruptionPolicy",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
        Action: "sqs:SendMessage",
        Resource: queueArn,
      },
      {
        Sid: "DenyHTTP",
        Effect: "Deny",
        Principal: "*",
        Action: "sqs:*",
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });

const trust = (principal: object, action: string | readonly string[], condition?: Conditions): string =>
  JSON.stringify({
    Version,
    Statement: [
      {
        Effect: "Allow",
        Principal: principal,
        Action: action,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
