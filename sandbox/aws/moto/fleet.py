"""CreateFleet of type `instant`, as EC2 answers it.

moto takes the first override whatever it costs, forgets the instance profile and the metadata options of the launch
template, never lacks capacity, and knows no reservations. Here the allocation strategy picks among the overrides by
price, an offering may be out of capacity (see control.py), a launch template may target a reservation (see
reservations.py), and a launched instance carries what its launch template says.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFleet.html
"""

from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.ec2.utils import convert_tag_spec, random_fleet_id

import lifecycle
import offerings
import prices
import reservations

# Which market a launch template has to name for each capacity type of a fleet.
MARKETS = {"capacity-block": reservations.BLOCK, "reserved-capacity": reservations.INTERRUPTIBLE}
PRIORITIZED = {"prioritized", "capacity-optimized-prioritized"}


@dataclass(frozen=True)
class Candidate:
    """One launch template with one override: a place where an instance could be launched."""

    template: dict[str, Any]
    data: dict[str, Any]
    override: dict[str, Any]
    instance_type: str
    zone: str
    subnet_id: str
    capacity_type: str

    def described(self) -> dict[str, Any]:
        override = {**self.override, "AvailabilityZone": self.zone}
        return {"LaunchTemplateSpecification": self.template, "Overrides": override}

    def offering(self) -> dict[str, str]:
        return {"instanceType": self.instance_type, "zone": self.zone, "capacityType": self.capacity_type}


class InstantFleets:
    """Mixed into the EC2 responses: `create_fleet` for instant fleets, moto's for the others."""

    _answers: dict[str, dict[str, Any]] = {}

    def create_fleet(self) -> ActionResult:
        if self._get_param("Type") != "instant":
            return super().create_fleet()
        token = self._get_param("ClientToken")
        # Before the dry run, as EC2 does: a template that is not there fails the rehearsal too.
        candidates = self._candidates()
        self.error_on_dryrun()
        if token and token in self._answers:
            return ActionResult(self._answers[token])
        answer = self._launch(candidates)
        if token:
            self._answers[token] = answer
        return ActionResult(answer)

    def _launch(self, candidates: list[Candidate]) -> dict[str, Any]:
        target = self._get_param("TargetCapacitySpecification", {})
        wanted = int(target.get("TotalTargetCapacity", 1))
        tags = convert_tag_spec(self._get_param("TagSpecifications", []))
        fleet_id = random_fleet_id()
        if tags.get("fleet"):
            self.ec2_backend.create_tags([fleet_id], tags["fleet"])
        launched: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for candidate in candidates:
            if wanted == 0:
                break
            refusal = self._refusal(candidate)
            if refusal:
                errors.append(failure(candidate, *refusal))
                continue
            count = min(wanted, self._subnet(candidate.subnet_id).available_ip_address_count)
            instances = [self._start(candidate, tags, fleet_id) for _ in range(count)]
            launched.append(
                {
                    "Lifecycle": candidate.capacity_type,
                    "InstanceIds": [instance.id for instance in instances],
                    "InstanceType": candidate.instance_type,
                    "LaunchTemplateAndOverrides": candidate.described(),
                }
            )
            wanted -= count
        return {"FleetId": fleet_id, "Instances": launched, "Errors": errors}

    def _candidates(self) -> list[Candidate]:
        capacity_type = self._capacity_type()
        market = MARKETS.get(self._get_param("TargetCapacitySpecification", {}).get("DefaultTargetCapacityType"))
        found = []
        for config in self._get_param("LaunchTemplateConfigs", []):
            specification = config["LaunchTemplateSpecification"]
            version = self._version(specification)
            if (version.data.get("InstanceMarketOptions") or {}).get("MarketType") != market:
                message = f"The launch template's market type does not go with the fleet's, {market}."
                raise EC2ClientError("InvalidParameterCombination", message)
            template = {
                "LaunchTemplateId": version.template.id,
                "LaunchTemplateName": version.template.name,
                "Version": str(version.number),
            }
            for override in config.get("Overrides") or [{}]:
                found.append(self._candidate(template, version.data, (override, capacity_type)))
        return sorted(found, key=self._order(capacity_type))

    def _candidate(self, template: dict[str, Any], data: dict[str, Any], choice: tuple[dict[str, Any], str]) -> Candidate:
        override, capacity_type = choice
        instance_type = override.get("InstanceType") or data.get("InstanceType")
        if not instance_type:
            raise EC2ClientError("MissingParameter", "The request must contain the parameter InstanceType")
        subnet_id = override.get("SubnetId") or self._template_subnet(data)
        if subnet_id is None:
            subnet_id = self.ec2_backend.get_default_subnets()[override.get("AvailabilityZone", f"{self.region}a")].id
        zone = self._subnet(subnet_id).availability_zone
        return Candidate(template, data, override, instance_type, zone, subnet_id, capacity_type)

    def _capacity_type(self) -> str:
        target = self._get_param("TargetCapacitySpecification", {})
        if int(target.get("SpotTargetCapacity") or 0) > 0:
            return "spot"
        return "spot" if target.get("DefaultTargetCapacityType") == "spot" else "on-demand"

    def _order(self, capacity_type: str) -> Any:
        options = self._get_param("SpotOptions" if capacity_type == "spot" else "OnDemandOptions", {})
        strategy = options.get("AllocationStrategy", "lowest-price")
        if strategy in PRIORITIZED:
            return lambda candidate: float(candidate.override.get("Priority") or float("inf"))
        # `capacity-optimized` and `price-capacity-optimized` look at spare capacity as well; all pools here have as much.
        return lambda candidate: prices.hourly(self.region, **candidate.offering())

    def _version(self, specification: dict[str, Any]) -> Any:
        if "LaunchTemplateId" in specification:
            template = self.ec2_backend.get_launch_template(specification["LaunchTemplateId"])
        else:
            template = self.ec2_backend.get_launch_template_by_name(specification.get("LaunchTemplateName"))
        return template.get_version(specification.get("Version") or "$Default")

    @staticmethod
    def _template_subnet(data: dict[str, Any]) -> str | None:
        return next((nic["SubnetId"] for nic in data.get("NetworkInterfaces", []) if nic.get("SubnetId")), None)

    def _subnet(self, subnet_id: str) -> Any:
        return self.ec2_backend.get_subnet(subnet_id)

    def _refusal(self, candidate: Candidate) -> tuple[str, str] | None:
        kind, zone = candidate.instance_type, candidate.zone
        if not offered(self.region, kind, zone):
            return "Unsupported", f"Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone})."
        if reservations.target_of(candidate.data):
            refused = reservations.refusal(candidate.data, kind, zone)
            if refused:
                return refused
        elif offerings.lacks_capacity(candidate.offering()):
            return "InsufficientInstanceCapacity", f"We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({zone})."
        if self._subnet(candidate.subnet_id).available_ip_address_count < 1:
            return "InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in subnet '{candidate.subnet_id}' to satisfy the requested number of instances."
        return None

    def _start(self, candidate: Candidate, fleet_tags: dict[str, dict[str, str]], fleet_id: str) -> Any:
        data = candidate.data
        tags = convert_tag_spec(data.get("TagSpecifications", []))
        for resource in ("instance", "volume"):
            tags[resource] = {**tags.get(resource, {}), **fleet_tags.get(resource, {})}
        tags["instance"] |= {
            "aws:ec2:fleet-id": fleet_id,
            "aws:ec2launchtemplate:id": candidate.template["LaunchTemplateId"],
            "aws:ec2launchtemplate:version": candidate.template["Version"],
        }
        reservation = self.ec2_backend.run_instances(
            candidate.override.get("ImageId") or data["ImageId"],
            1,
            data.get("UserData"),
            data.get("SecurityGroups", []),
            tags=tags,
            instance_type=candidate.instance_type,
            is_instance_type_default=False,
            region_name=self.region,
            subnet_id=candidate.subnet_id,
            security_group_ids=list(data.get("SecurityGroupIds", [])),
            nics=network_interfaces(data, candidate.subnet_id),
            key_name=data.get("KeyName"),
            ebs_optimized=data.get("EbsOptimized", False),
            monitoring_state="enabled" if data.get("Monitoring", {}).get("Enabled") else "disabled",
            metadata_options=data.get("MetadataOptions", {}),
            block_device_mappings=block_devices(data),
            instance_initiated_shutdown_behavior=data.get("InstanceInitiatedShutdownBehavior"),
            lifecycle="spot" if candidate.capacity_type == "spot" else None,
        )
        instance = reservation.instances[0]
        for interface in instance.network_interfaces:
            interface.add_tags(tags.get("network-interface", {}))
        # Karpenter's templates name the groups on the interface; EC2 reports the primary interface's groups on the instance.
        instance.security_groups = list(instance.network_interfaces[0].group_set)
        self._associate(instance, data.get("IamInstanceProfile") or {})
        if candidate.capacity_type == "spot":
            instance.spot_instance_request_id = f"sir-{instance.id.removeprefix('i-')[:8]}"
        else:
            reservations.join(instance, data)
        lifecycle.boot(instance)
        return instance

    def _associate(self, instance: Any, profile: dict[str, str]) -> None:
        if not profile:
            return
        self.ec2_backend.associate_iam_instance_profile(
            instance.id,
            iam_instance_profile_name=profile.get("Name"),
            iam_instance_profile_arn=profile.get("Arn"),
        )


def network_interfaces(data: dict[str, Any], subnet_id: str) -> list[dict[str, Any]]:
    """The template's interfaces in the chosen subnet; they go with the instance unless told otherwise."""
    described = data.get("NetworkInterfaces") or [{"DeviceIndex": 0}]
    return [{"DeleteOnTermination": True, **nic, "SubnetId": subnet_id} for nic in described]


def block_devices(data: dict[str, Any]) -> list[dict[str, Any]]:
    mapped = data.get("BlockDeviceMappings") or [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}]
    return [
        {**device, "Ebs": {"DeleteOnTermination": True, **device["Ebs"]}} for device in mapped if device.get("Ebs")
    ]


def failure(candidate: Candidate, code: str, message: str) -> dict[str, Any]:
    return {
        "LaunchTemplateAndOverrides": candidate.described(),
        "Lifecycle": candidate.capacity_type,
        "ErrorCode": code,
        "ErrorMessage": message,
    }


def offered(region: str, instance_type: str, zone: str) -> bool:
    """Whether AWS offers the type in the zone. moto knows the real offerings of each region."""
    if region not in _offered:
        listed = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
        _offered[region] = {(entry["InstanceType"], entry["Location"]) for entry in listed}
    return (instance_type, zone) in _offered[region]


_offered: dict[str, set[tuple[str, str]]] = {}
