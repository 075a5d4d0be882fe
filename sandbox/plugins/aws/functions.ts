/** The functions that the sandbox's aws plugin knows, by token. */
import type { GetPolicyDocumentArgs } from "@pulumi/aws/iam/getPolicyDocument";
import type { Filter } from "@aws-sdk/client-ec2";
import { adminToken } from "../admin-token";
import type { Properties } from "../provider";
import { unless } from "./aws";
import { partitionOf } from "./ec2";
import { lookups } from "./lookups";
import type { Invoke } from "./plugin";
import { policyDocument } from "./policy-document";

const getCallerIdentity: Invoke = async (_args, aws) => {
  const sts = await aws.sts();
  const { Account, Arn, UserId } = await sts.getCallerIdentity({});
  return { accountId: Account, arn: Arn, id: Account, userId: UserId };
};

const getRegion: Invoke = (_args, { region }) =>
  Promise.resolve({
    description: region,
    endpoint: `ec2.${region}.${suffixes[partitionOf(region)]}`,
    id: region,
    name: region,
    region,
  });

const suffixes = { aws: "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com" };

const getPartition: Invoke = (_args, { region }) => {
  const partition = partitionOf(region);
  const dnsSuffix = suffixes[partition];
  return Promise.resolve({
    dnsSuffix,
    id: partition,
    partition,
    reverseDnsPrefix: dnsSuffix.split(".").reverse().join("."),
  });
};

const getAvailabilityZones: Invoke = async (args, aws) => {
  const ec2 = await aws.ec2();
  const { state, excludeNames, excludeZoneIds } = args;
  const given = (args["filters"] ?? []) as readonly { readonly name: string; readonly values: string[] }[];
  const Filters: Filter[] = given.map(({ name, values }) => ({ Name: name, Values: values }));
  if (typeof state === "string") Filters.push({ Name: "state", Values: [state] });
  const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
    AllAvailabilityZones: args["allAvailabilityZones"] === true,
    ...(Filters.length > 0 && { Filters }),
  });
  const excluded = [...((excludeNames ?? []) as string[]), ...((excludeZoneIds ?? []) as string[])];
  const zones = AvailabilityZones.filter(
    ({ ZoneName = "", ZoneId = "" }) => !excluded.includes(ZoneName) && !excluded.includes(ZoneId),
  );
  return {
    ...args,
    groupNames: [...new Set(zones.flatMap(({ GroupName }) => GroupName ?? []))],
    id: aws.region,
    names: zones.map(({ ZoneName }) => ZoneName),
    region: aws.region,
    zoneIds: zones.map(({ ZoneId }) => ZoneId),
  };
};

const getClusterAuth: Invoke = async (args, { region }) => ({
  id: args["name"],
  name: args["name"],
  region,
  token: await adminToken(),
});

const getParameter: Invoke = async (args, aws) => {
  const ssm = await aws.ssm();
  const name = args["name"] as string;
  const withDecryption = args["withDecryption"] !== false;
  const found = await unless(["ParameterNotFound"], ssm.getParameter({ Name: name, WithDecryption: withDecryption }));
  if (!found?.Parameter) throw new Error(`SSM parameter ${name} not found in ${aws.region}`);
  const { ARN, Name, Type, Value, Version } = found.Parameter;
  const insecureValue = Type === "SecureString" ? "" : Value;
  return {
    arn: ARN,
    id: Name,
    insecureValue,
    name: Name,
    region: aws.region,
    type: Type,
    value: Value,
    version: Version,
    withDecryption,
  };
};

/** The arguments were compiled against the type named here, and the answer is plain data. */
const getPolicyDocument: Invoke = (args) =>
  Promise.resolve(policyDocument(args as unknown as GetPolicyDocumentArgs) as unknown as Properties);

export const functions: Readonly<Record<string, Invoke>> = {
  ...lookups,
  "aws:eks/getClusterAuth:getClusterAuth": getClusterAuth,
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
  "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getPartition:getPartition": getPartition,
  "aws:index/getRegion:getRegion": getRegion,
  "aws:ssm/getParameter:getParameter": getParameter,
};
