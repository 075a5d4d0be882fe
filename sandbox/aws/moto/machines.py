"""EC2 as the sandbox serves it: moto's, with fleets, reservations, prices, lifecycle and instance status of our own."""

from typing import Any

import moto.ec2.urls as urls
from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

import lifecycle
from fleet import InstantFleets
from prices import SpotPrices, paged
from reservations import CapacityReservations

# Health that a test gave an instance: instance id → {"instance": …, "system": …, "events": […]}.
health: dict[str, dict[str, Any]] = {}
TEMPLATE_PAGE = 200


def install() -> None:
    lifecycle.install()
    urls.url_paths = {"{0}/": SandboxEc2.dispatch}


class SandboxEc2(InstantFleets, CapacityReservations, SpotPrices, EC2Response):
    def run_instances(self) -> ActionResult:
        answer = super().run_instances()
        for instance in answer.result.instances:
            lifecycle.boot(instance)
        return answer

    def describe_instance_status(self) -> ActionResult:
        """Narrowed by the filters on health and events, which moto passes over.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
        """
        self.error_on_dryrun()
        filters = self._filters_from_querystring()
        everything = self._get_bool_param("IncludeAllInstances", False)
        states = [{"name": name, "values": filters[name]} for name in ("instance-state-name",) if name in filters]
        found = self.ec2_backend.describe_instance_status(self._get_param("InstanceIds", []), everything, states)
        statuses = [status for status in map(status_of, found) if all(shows(status, *one) for one in filters.items())]
        page, token = paged(statuses, self._get_param("NextToken"), int(self._get_param("MaxResults") or 1000))
        return ActionResult({"InstanceStatuses": page, "NextToken": token})

    def describe_launch_templates(self) -> ActionResult:
        """In pages; moto cuts the list at 15 and says nothing of the rest."""
        self.error_on_dryrun()
        found = self.ec2_backend.describe_launch_templates(
            template_names=self._get_param("LaunchTemplateNames", []),
            template_ids=self._get_param("LaunchTemplateIds", []),
            filters=self._filters_from_querystring(),
        )
        described = [
            {
                "CreateTime": template.create_time,
                "CreatedBy": f"arn:aws:iam::{self.current_account}:root",
                "DefaultVersionNumber": template.default_version_number,
                "LatestVersionNumber": template.latest_version_number,
                "LaunchTemplateId": template.id,
                "LaunchTemplateName": template.name,
                "Tags": template.get_tags(),
            }
            for template in found
        ]
        page, token = paged(described, self._get_param("NextToken"), int(self._get_param("MaxResults") or TEMPLATE_PAGE))
        return ActionResult({"LaunchTemplates": page, "NextToken": token})

    def describe_placement_groups(self) -> ActionResult:
        """There are none here."""
        return ActionResult({"PlacementGroups": []})


def status_of(instance: Any) -> dict[str, Any]:
    given = health.get(instance.id, {})
    return {
        "InstanceId": instance.id,
        "AvailabilityZone": instance.availability_zone,
        "InstanceState": {"Code": instance.state_code, "Name": instance.state},
        "InstanceStatus": summary(instance, given.get("instance")),
        "SystemStatus": summary(instance, given.get("system")),
        "Events": given.get("events", []),
    }


def summary(instance: Any, given: dict[str, Any] | None) -> dict[str, Any]:
    if instance.state != "running":
        return {"Status": "not-applicable"}
    if not given:
        return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
    detail = {"Name": "reachability", "Status": "failed", "ImpairedSince": given["since"]}
    return {"Status": "impaired", "Details": [detail]}


def shows(status: dict[str, Any], name: str, values: list[str]) -> bool:
    if name == "instance-status.status":
        return status["InstanceStatus"]["Status"] in values
    if name == "system-status.status":
        return status["SystemStatus"]["Status"] in values
    if name == "event.code":
        return any(event["Code"] in values for event in status["Events"])
    return True
