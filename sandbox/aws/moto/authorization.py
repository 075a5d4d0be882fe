"""What roles may do. moto reads the actions of policies alone: every scope and condition would refuse everything.

A call becomes what AWS asks of IAM for it: actions on the resources it touches, with the condition keys that policies of
node autoscaling look at. Actions without a row here are asked for on "*".
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.exceptions import _RESTError as RESTError
from moto.core.responses import BaseResponse
from moto.ec2.exceptions import EC2ClientError
from moto.iam.access_control import AssumedRoleAccessKey, IAMRequest
from moto.iam.models import Policy, iam_backends

from policies import Ask, Context, allowed
from reservations import target_of

Asks = Iterator[Ask]


class Denied(RESTError):
    code = 403


class SandboxRequest(IAMRequest):
    """moto's check of who calls, and, for roles, ours of what they may do."""

    def check_action_permitted(self, resource: Any) -> None:
        # By `authorize` in place of moto's "*".
        response: BaseResponse = resource
        if not isinstance(self._access_key, AssumedRoleAccessKey):
            return super().check_action_permitted("*")
        if self._action == "sts:GetCallerIdentity":
            return None
        documents = [document_of(policy) for policy in self._access_key.collect_policies()]
        for ask in asks_of(self._action, response):
            if not allowed(documents, ask):
                raise self._denied(ask)
        return None

    def _denied(self, ask: Ask) -> Denied:
        code = "UnauthorizedOperation" if self._service == "ec2" else "AccessDenied"
        who = f"User: {self._access_key.arn} is not authorized to perform: {ask.action} on resource: {ask.resource}"
        return Denied(code, f"{who} because no identity-based policy allows the {ask.action} action")


def authorize(response: BaseResponse) -> None:
    """In place of `_authenticate_and_authorize_normal_action`."""
    response._authenticate_and_authorize_action(SandboxRequest, response)  # type: ignore[arg-type]


def document_of(policy: Any) -> dict[str, Any]:
    if isinstance(policy, Policy):
        return json.loads(next(version.document for version in policy.versions if version.is_default))
    return json.loads(policy if isinstance(policy, str) else policy["policy_document"])


def asks_of(action: str, response: BaseResponse) -> Asks:
    row = ROWS.get(action)
    everywhere: Context = {"aws:RequestedRegion": [response.region]}
    for ask in row(response) if row else iter([Ask(action, "*")]):
        yield Ask(ask.action, ask.resource, everywhere | ask.context)


def arn(response: BaseResponse, service: str, rest: str) -> str:
    return f"arn:aws:{service}:{response.region}:{response.current_account}:{rest}"


# Tags as context.


def requested(tags: list[dict[str, str]]) -> Context:
    values = {f"aws:RequestTag/{tag['Key']}": [tag.get("Value", "")] for tag in tags}
    return {**values, "aws:TagKeys": [tag["Key"] for tag in tags]} if tags else {}


def carried(tags: dict[str, str]) -> Context:
    return {f"aws:ResourceTag/{key}": [value] for key, value in tags.items()}


def tags_for(kind: str, specifications: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What is to be put on a kind of resource while it is made."""
    return [tag for each in specifications if each["ResourceType"] == kind for tag in each.get("Tags", [])]


# EC2.

# What an id begins with → what ARNs call it.
KINDS = {
    "i": "instance",
    "lt": "launch-template",
    "subnet": "subnet",
    "sg": "security-group",
    "vol": "volume",
    "eni": "network-interface",
    "vpc": "vpc",
    "cr": "capacity-reservation",
}


def existing(action: str, response: Any, resource_id: str) -> Ask:
    kind = KINDS.get(resource_id.split("-")[0], "*")
    return Ask(action, arn(response, "ec2", f"{kind}/{resource_id}"), carried(response.ec2_backend.tags.get(resource_id, {})))


def made(action: str, response: BaseResponse, kind: str, inherited: list[dict[str, Any]] | None = None) -> Asks:
    """Making something, and putting tags on it while it is made, which is an action of its own."""
    tags = tags_for(kind, [*(inherited or []), *(response._get_param("TagSpecifications") or [])])
    resource = arn(response, "ec2", f"{kind}/*")
    yield Ask(action, resource, requested(tags))
    if tags:
        yield Ask("ec2:CreateTags", resource, requested(tags) | {"ec2:CreateAction": [action.split(":")[1]]})


def create_fleet(response: Any) -> Asks:
    yield from made("ec2:CreateFleet", response, "fleet")
    for config in response._get_param("LaunchTemplateConfigs", []):
        overrides = config.get("Overrides") or []
        yield from launched("ec2:CreateFleet", response, (config["LaunchTemplateSpecification"], overrides))


def run_instances(response: Any) -> Asks:
    own = {"SubnetId": response._get_param("SubnetId"), "ImageId": response._get_param("ImageId")}
    yield from launched("ec2:RunInstances", response, (response._get_param("LaunchTemplate"), [own]))


def launched(action: str, response: Any, what: tuple[dict[str, Any] | None, list[dict[str, Any]]]) -> Asks:
    """Machines, with all that they are made of. A template that is not there is EC2's to refuse."""
    specification, overrides = what
    data: dict[str, Any] = {}
    template = template_of(response, specification)
    if template:
        yield existing(action, response, template.id)
        yield existing("ec2:RunInstances", response, template.id)
        data = template.get_version((specification or {}).get("Version", "$Default")).data
    inherited = data.get("TagSpecifications") or []
    on_spot = [each["ResourceType"] for each in inherited if each["ResourceType"] == "spot-instances-request"]
    for kind in ("instance", "volume", "network-interface", *on_spot):
        yield from made(action, response, kind, inherited)
    interfaces = data.get("NetworkInterfaces") or []
    groups = [group for each in [{"Groups": data.get("SecurityGroupIds")}, *interfaces] for group in each.get("Groups") or []]
    subnets = {override.get("SubnetId") for override in overrides} - {None}
    images = {override.get("ImageId") or data.get("ImageId") for override in overrides} - {None}
    reserved = [target] if (target := target_of(data)) else []
    for resource_id in [*sorted(subnets), *groups, *reserved]:
        yield existing("ec2:RunInstances", response, resource_id)
    for image in sorted(images):
        yield Ask("ec2:RunInstances", f"arn:aws:ec2:{response.region}::image/{image}")
    yield from passed_with(response, data.get("IamInstanceProfile") or {})


def template_of(response: Any, specification: dict[str, Any] | None) -> Any:
    try:
        if specification and "LaunchTemplateId" in specification:
            return response.ec2_backend.get_launch_template(specification["LaunchTemplateId"])
        return response.ec2_backend.get_launch_template_by_name(specification["LaunchTemplateName"]) if specification else None
    except EC2ClientError:
        return None


def delete_launch_template(response: Any) -> Asks:
    names = {name: response._get_param(name) for name in ("LaunchTemplateId", "LaunchTemplateName")}
    template = template_of(response, {name: value for name, value in names.items() if value})
    if template:
        yield existing("ec2:DeleteLaunchTemplate", response, template.id)


def create_tags(response: Any) -> Asks:
    wanted = requested(response._get_param("Tags", []))
    for resource_id in response._get_param("Resources", []):
        ask = existing("ec2:CreateTags", response, resource_id)
        yield Ask(ask.action, ask.resource, ask.context | wanted)


def terminate_instances(response: Any) -> Asks:
    return (existing("ec2:TerminateInstances", response, each) for each in response._get_param("InstanceIds", []))


# IAM.


def passed_with(response: BaseResponse, profile: dict[str, str]) -> Asks:
    """Whoever starts a machine with a profile gives it the profile's role."""
    name = profile.get("Name") or profile.get("Arn", "").rpartition("/")[2]
    known = profile_named(response, name)
    for role in known.roles if known else []:
        yield passed(role.arn)


def passed(role_arn: str) -> Ask:
    return Ask("iam:PassRole", role_arn, {"iam:PassedToService": ["ec2.amazonaws.com"]})


def profile_named(response: BaseResponse, name: str) -> Any:
    return iam_backends[response.current_account]["aws"].instance_profiles.get(name)


def on_profile(action: str) -> Callable[[BaseResponse], Asks]:
    """Of a profile that is there its tags count, of any other the path that it is to have."""

    def asks(response: BaseResponse) -> Asks:
        name = response._get_param("InstanceProfileName")
        known = profile_named(response, name)
        path = known.path if known else response._get_param("Path") or "/"
        context = carried({tag["Key"]: tag["Value"] for tag in known.tags}) if known else {}
        resource = f"arn:aws:iam::{response.current_account}:instance-profile{path}{name}"
        yield Ask(action, resource, context | requested(response._get_param("Tags", []) or []))
        if action == "iam:AddRoleToInstanceProfile":
            yield passed(f"arn:aws:iam::{response.current_account}:role/{response._get_param('RoleName')}")

    return asks


# The others name one resource in one parameter.


def on_cluster(response: BaseResponse) -> Asks:
    yield Ask("eks:DescribeCluster", arn(response, "eks", f"cluster/{response._get_param('name')}"))


def on_queue(action: str) -> Callable[[BaseResponse], Asks]:
    def asks(response: BaseResponse) -> Asks:
        url = response._get_param("QueueUrl") or response._get_param("QueueName") or ""
        yield Ask(action, arn(response, "sqs", url.rpartition("/")[2]))

    return asks


def on_parameter(response: BaseResponse) -> Asks:
    name = response._get_param("Name").lstrip("/")
    # AWS's own parameters belong to no account.
    account = "" if name.startswith("aws/service/") else response.current_account
    yield Ask("ssm:GetParameter", f"arn:aws:ssm:{response.region}:{account}:parameter/{name}")


PROFILE_ACTIONS = ("Create", "Tag", "Delete", "Get", "AddRoleTo", "RemoveRoleFrom")
QUEUE_ACTIONS = ("DeleteMessage", "GetQueueUrl", "ReceiveMessage", "SendMessage", "GetQueueAttributes")

ROWS: dict[str, Callable[[Any], Asks]] = {
    "ec2:CreateFleet": create_fleet,
    "ec2:RunInstances": run_instances,
    "ec2:CreateLaunchTemplate": lambda response: made("ec2:CreateLaunchTemplate", response, "launch-template"),
    "ec2:DeleteLaunchTemplate": delete_launch_template,
    "ec2:CreateTags": create_tags,
    "ec2:TerminateInstances": terminate_instances,
    "eks:DescribeCluster": on_cluster,
    "ssm:GetParameter": on_parameter,
    **{f"iam:{verb}InstanceProfile": on_profile(f"iam:{verb}InstanceProfile") for verb in PROFILE_ACTIONS},
    **{f"sqs:{verb}": on_queue(f"sqs:{verb}") for verb in QUEUE_ACTIONS},
}
