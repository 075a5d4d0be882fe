/** What an AWS error means to us. Only what somebody reacts to has a meaning. */
export type Meaning = "gone" | "exists" | "throttled" | "denied" | "dry run passed" | "no capacity";

/** Codes of errors that say: no such capacity now, ask for something else. */
const noCapacity = [
  "InsufficientInstanceCapacity",
  "MaxSpotInstanceCountExceeded",
  "VcpuLimitExceeded",
  "UnfulfillableCapacity",
  "Unsupported",
  "InsufficientFreeAddressesInSubnet",
  "MaxFleetCountExceeded",
  "ReservationCapacityExceeded",
];

/** The reservation that a launch targets does not exist any more. */
const RESERVATION_GONE = "InvalidCapacityReservationId.NotFound";

/** A code that is not here is a surprise and is thrown as it came. */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [RESERVATION_GONE, "gone"],
  ["InvalidInstanceID.NotFound", "gone"],
  ["InvalidLaunchTemplateName.NotFoundException", "gone"],
  ["InvalidLaunchTemplateId.NotFound", "gone"],
  ["InvalidLaunchTemplateId.NotFoundException", "gone"],
  ["QueueDoesNotExist", "gone"],
  ["AWS.SimpleQueueService.NonExistentQueue", "gone"],
  ["NoSuchEntity", "gone"],
  ["NoSuchEntityException", "gone"],
  ["ParameterNotFound", "gone"],
  ["EntityAlreadyExists", "exists"],
  ["EntityAlreadyExistsException", "exists"],
  ["InvalidLaunchTemplateName.AlreadyExistsException", "exists"],
  ["RequestLimitExceeded", "throttled"],
  ["Throttling", "throttled"],
  ["ThrottlingException", "throttled"],
  ["UnauthorizedOperation", "denied"],
  ["AccessDenied", "denied"],
  ["AccessDeniedException", "denied"],
  ["DryRunOperation", "dry run passed"],
  ...noCapacity.map((code) => [code, "no capacity"] as const),
]);

/** The role that EC2 needs once per account before it sells spot capacity. */
export const SPOT_ROLE_MISSING = "AuthFailure.ServiceLinkedRoleCreationNotPermitted";

export const meaningOfCode = (code: string): Meaning | undefined => meanings.get(code);

/** Whether a launch failed for want of what was asked for: then other things may be had. */
export const isShortage = (code: string): boolean => meanings.get(code) === "no capacity" || code === RESERVATION_GONE;

/** Read from the error's code, never from its message: AWS rewords messages. */
export const meaningOf = (error: unknown): Meaning | undefined =>
  error instanceof Error ? meaningOfCode(codeOf(error)) : undefined;

/** The AWS error code: the name of an SDK error, or its `Code` where the protocol gives the name a suffix. */
export function codeOf(error: Error): string {
  const code: unknown = "Code" in error ? error.Code : undefined;
  return typeof code === "string" && code !== "" ? code : error.name;
}

/**
 * Reasons of a failed launch, in the order in which they are tried, from the words of EC2's error. The words are the
 * only place where EC2 tells most of these apart; nothing but the reason that people read depends on them.
 */
const reasons: readonly (readonly [reason: string, sign: RegExp])[] = [
  ["SpotSLRCreationFailed", /ServiceLinkedRoleCreationNotPermitted/],
  ["Unauthorized", /UnauthorizedOperation|not authorized to perform/i],
  ["AMIAuthorizationFailure", /Not authorized for images/],
  ["SecurityGroupSubnetVPCMismatch", /belong to different networks/],
  ["InstanceProfileNameInvalid", /Invalid IAM Instance Profile name/],
  ["LaunchTemplateNotFound", /InvalidLaunchTemplateName\.NotFoundException|launch template.*does not exist/i],
  ["UserDataSizeLimitExceeded", /User data is limited to/],
  ["InvalidAMIID", /InvalidAMIID\.Malformed/],
  ["AMINotFound", /InvalidAMIID\.NotFound/],
  ["RequestLimitExceeded", /RequestLimitExceeded/],
  ["InternalError", /InternalError/],
  ["FreeTierIneligible", /Free Tier/],
  ["FleetQuotaExceeded", /MaxFleetCountExceeded/],
  ["AccountPendingVerification", /PendingVerification/],
  ["SpotQuotaExceeded", /MaxSpotInstanceCountExceeded/],
  ["VCPULimitExceeded", /VcpuLimitExceeded/],
  ["InsufficientFreeAddressesInSubnet", /InsufficientFreeAddressesInSubnet/],
];

/** The reason for a claim's Launched condition, from "code: message". */
export const launchFailureReason = (said: string): string =>
  reasons.find(([, sign]) => sign.test(said))?.[0] ?? "LaunchFailed";

/** Which kind of policy denied a call, as far as the message says; something to grant, or someone to ask. */
export function denialHint(message: string): string {
  if (/permissions boundary/i.test(message)) return "the permissions boundary of the controller's role denies it";
  if (/service control policy/i.test(message)) return "a service control policy of the organization denies it";
  return "no policy of the controller's role allows it";
}
