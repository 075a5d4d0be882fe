import {
  CreateFleetCommand,
  CreateLaunchTemplateCommand,
  DeleteLaunchTemplateCommand,
  EC2Client,
  paginateDescribeLaunchTemplates,
  RunInstancesCommand,
  type CreateFleetCommandInput,
  type CreateFleetCommandOutput,
  type CreateFleetError,
  type CreateFleetInstance,
  type DefaultTargetCapacityType,
  type FleetLaunchTemplateOverrides,
  type RequestLaunchTemplateData,
} from "@aws-sdk/client-ec2";
import type { Labels } from "../api/kube-object";
import { clientConfig, type AwsConnection } from "./aws-connection";
import { labelsOf, sdkFilters, type Filter } from "./ec2-discovery-api";
import { sdkTags } from "./ec2-instances-api";
import { sdkTemplate } from "./ec2-template-api";
import type { LaunchTemplate } from "./launch-template";
import type { ReservationMarket } from "./reservation-target";

/** One machine, from whichever of the overrides EC2 can sell it. */
export interface FleetRequest {
  /** The same token and request give the same machine; at most 64 characters. */
  readonly clientToken: string;
  /** Reservations that EC2 sells in no way of their own count as on-demand. */
  readonly market: FleetMarket;
  /** EC2 goes by the overrides' priorities, not by its own prices. */
  readonly byPriority?: true;
  readonly templates: readonly { readonly name: string; readonly overrides: readonly FleetOverride[] }[];
  /** On the fleet, the instance and its volumes. */
  readonly tags: Labels;
  readonly context?: string;
}

export type FleetMarket = "spot" | ReservationMarket;

export interface FleetOverride {
  readonly instanceType: string;
  readonly zone: string;
  readonly subnetId: string;
  readonly imageId: string;
  /** Lower is preferred, where the allocation strategy looks at it. */
  readonly priority: number;
}

export interface FleetAnswer {
  readonly launched?: FleetOverride & { readonly instanceId: string };
  readonly failures: readonly FleetFailure[];
}

/** Why an offering was not it. */
export interface FleetFailure {
  readonly code: string;
  readonly message: string;
  readonly instanceType?: string;
  readonly zone?: string;
  readonly subnetId?: string;
}

/** A launch that is only rehearsed. */
export interface Rehearsal {
  readonly template: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly subnetId: string;
  readonly networkInterfaces: LaunchTemplate["networkInterfaces"];
  readonly tags: Labels;
}

export interface Ec2LaunchApi {
  createFleet(request: FleetRequest): Promise<FleetAnswer>;
  /** Throws what EC2 says: the code `DryRunOperation` means that it would have worked. */
  rehearseFleet(request: FleetRequest): Promise<void>;
  rehearseLaunch(rehearsal: Rehearsal): Promise<void>;
  createLaunchTemplate(name: string, template: LaunchTemplate): Promise<void>;
  launchTemplates(filters: readonly Filter[]): Promise<readonly { readonly name: string; readonly tags: Labels }[]>;
  deleteLaunchTemplate(name: string): Promise<void>;
}

export function ec2LaunchApi(connection: AwsConnection): Ec2LaunchApi {
  const client = new EC2Client(clientConfig(connection));
  // A rehearsal that is throttled is tried at the next round of its reconciler, not here.
  const impatient = new EC2Client({ ...clientConfig(connection), maxAttempts: 1 });
  return {
    createFleet: async (request) => answerOf(await client.send(new CreateFleetCommand(fleetInput(request)))),
    rehearseFleet: async (request) => {
      await impatient.send(new CreateFleetCommand({ ...fleetInput(request), DryRun: true }));
    },
    rehearseLaunch: async (rehearsal) => {
      await impatient.send(new RunInstancesCommand(rehearsalInput(rehearsal)));
    },
    createLaunchTemplate: async (name, template) => {
      await client.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: name,
          LaunchTemplateData: sdkTemplate(template),
          TagSpecifications: [{ ResourceType: "launch-template", Tags: sdkTags(template.tags) }],
        }),
      );
    },
    launchTemplates: (filters) => launchTemplates(client, filters),
    deleteLaunchTemplate: async (name) => {
      await client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }));
    },
  };
}

/**
 * How EC2 chooses among the overrides: by its own prices, or as they are ranked
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-allocation-strategy.html).
 */
const strategies = {
  spot: { own: "price-capacity-optimized", ranked: "capacity-optimized-prioritized" },
  "on-demand": { own: "lowest-price", ranked: "prioritized" },
} as const;

/**
 * How EC2 is to buy: of a capacity block there is nothing to choose, and of interruptible capacity it knows no prices.
 */
function purchase({ market, byPriority }: FleetRequest): Purchase {
  const key = byPriority === true ? "ranked" : "own";
  const purchases: Readonly<Record<FleetMarket, Purchase>> = {
    spot: { kind: "spot", options: { SpotOptions: { AllocationStrategy: strategies.spot[key] } } },
    "on-demand": {
      kind: "on-demand",
      options: { OnDemandOptions: { AllocationStrategy: strategies["on-demand"][key] } },
    },
    "capacity-block": { kind: "capacity-block", options: {} },
    "interruptible-capacity-reservation": {
      kind: "reserved-capacity",
      options: { ReservedCapacityOptions: { ReservationTypes: ["interruptible-capacity-reservation"] } },
    },
  };
  return purchases[market];
}

interface Purchase {
  readonly kind: DefaultTargetCapacityType;
  readonly options: Partial<CreateFleetCommandInput>;
}

function fleetInput(request: FleetRequest): CreateFleetCommandInput {
  const { clientToken, templates, tags, context } = request;
  const { kind, options } = purchase(request);
  return {
    Type: "instant",
    ClientToken: clientToken,
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: kind },
    ...options,
    ...(context !== undefined && { Context: context }),
    LaunchTemplateConfigs: templates.map(({ name, overrides }) => ({
      LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "$Latest" },
      Overrides: overrides.map(({ instanceType, zone, subnetId, imageId, priority }) => ({
        InstanceType: instanceType as NonNullable<RequestLaunchTemplateData["InstanceType"]>, // EC2 told us the name
        AvailabilityZone: zone,
        SubnetId: subnetId,
        ImageId: imageId,
        Priority: priority,
      })),
    })),
    TagSpecifications: (["fleet", "instance", "volume"] as const).map((ResourceType) => ({
      ResourceType,
      Tags: sdkTags(tags),
    })),
  };
}

function answerOf({ Instances = [], Errors = [] }: CreateFleetCommandOutput): FleetAnswer {
  const failures = Errors.map(failureOf);
  const launched = Instances.map(launchedOf).find((each) => each.instanceId !== "");
  return { failures, ...(launched && { launched }) };
}

function launchedOf({ InstanceIds, InstanceType, LaunchTemplateAndOverrides }: CreateFleetInstance) {
  return {
    ...overrideOf(LaunchTemplateAndOverrides?.Overrides ?? {}),
    instanceType: InstanceType ?? "",
    instanceId: InstanceIds?.[0] ?? "",
  };
}

const overrideOf = (chosen: FleetLaunchTemplateOverrides): FleetOverride => ({
  instanceType: chosen.InstanceType ?? "",
  zone: chosen.AvailabilityZone ?? "",
  subnetId: chosen.SubnetId ?? "",
  imageId: chosen.ImageId ?? "",
  priority: chosen.Priority ?? 0,
});

function failureOf({ ErrorCode = "", ErrorMessage = "", LaunchTemplateAndOverrides }: CreateFleetError): FleetFailure {
  const { InstanceType, AvailabilityZone, SubnetId } = LaunchTemplateAndOverrides?.Overrides ?? {};
  return {
    ...{ code: ErrorCode, message: ErrorMessage },
    ...(InstanceType !== undefined && { instanceType: InstanceType }),
    ...(AvailabilityZone !== undefined && { zone: AvailabilityZone }),
    ...(SubnetId !== undefined && { subnetId: SubnetId }),
  };
}

const rehearsalInput = ({ template, instanceType, imageId, subnetId, networkInterfaces, tags }: Rehearsal) => ({
  DryRun: true,
  MinCount: 1,
  MaxCount: 1,
  LaunchTemplate: { LaunchTemplateName: template, Version: "$Latest" },
  InstanceType: instanceType as NonNullable<RequestLaunchTemplateData["InstanceType"]>, // EC2 told us the name
  ImageId: imageId,
  NetworkInterfaces: networkInterfaces.map(({ networkCard, device, type }) => ({
    NetworkCardIndex: networkCard,
    DeviceIndex: device,
    SubnetId: subnetId,
    ...(type !== "interface" && { InterfaceType: type }),
  })),
  TagSpecifications: (["instance", "volume", "network-interface"] as const).map((ResourceType) => ({
    ResourceType,
    Tags: sdkTags(tags),
  })),
});

async function launchTemplates(client: EC2Client, filters: readonly Filter[]) {
  const found: { readonly name: string; readonly tags: Labels }[] = [];
  const pages = paginateDescribeLaunchTemplates({ client, pageSize: 200 }, { Filters: sdkFilters(filters) });
  for await (const { LaunchTemplates = [] } of pages) {
    for (const { LaunchTemplateName: name, Tags } of LaunchTemplates) {
      if (name !== undefined) found.push({ name, tags: labelsOf(Tags) });
    }
  }
  return found;
}
