"""IAM and STS where moto is more lenient than AWS, and the account's administrator.

A role is assumed with a service account's token only if the role exists, the issuer is a known OIDC provider and the
role's trust policy lets that audience and subject in; moto hands out credentials to anybody.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import base64
import fnmatch
import json
import time
from typing import Any
from urllib.parse import unquote

import moto.iam.urls as iam_urls
import moto.sts.urls as sts_urls
from moto.core.exceptions import _RESTError as RESTError, ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model
from moto.iam.exceptions import InvalidInput
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse
from moto.sts.responses import TokenResponse

from authorization import authorize

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


# What services that speak JSON call the refusals that the older ones, which speak XML, have shorter names for.
JSON_NAMES = {
    "AccessDenied": "AccessDeniedException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}


def install() -> None:
    refuse_in_the_services_own_words()
    iam_urls.url_paths = {"{0}/$": SandboxIam.dispatch}
    sts_urls.url_paths = {"{0}/$": SandboxSts.dispatch}


def refuse_in_the_services_own_words() -> None:
    """moto refuses in XML whatever the service speaks, which an SDK that expects JSON cannot read."""

    def checked(response: BaseResponse, _resource: str = "*") -> None:
        try:
            authorize(response)
        except RESTError as refused:
            if "json" in get_service_model(response.boto3_service_name).protocol:
                name = JSON_NAMES.get(refused.error_type, refused.error_type)
                refused.description = json.dumps({"__type": name, "message": refused.message})
            raise

    BaseResponse._authenticate_and_authorize_normal_action = checked  # type: ignore[method-assign]


def seed(account: str, key: dict[str, str]) -> None:
    """An administrator with the given access key: what programs use that stand for the operator, enforced or not."""
    iam = iam_backends[account]["aws"]
    iam.create_user(account, "administrator", path="/")
    iam.attach_user_policy(ADMINISTRATOR, "administrator")
    made = iam.create_access_key("administrator", prefix="AKIA")
    iam.access_keys.pop(made.physical_resource_id, None)
    made.access_key_id, made.secret_access_key = key["id"], key["secret"]
    iam.access_keys[made.physical_resource_id] = made


class SandboxIam(IamResponse):
    def list_instance_profiles(self) -> ActionResult:
        """Under the path that was asked for; moto lists them all."""
        prefix = self._get_param("PathPrefix") or "/"
        found = [profile for profile in self.backend.get_instance_profiles() if profile.path.startswith(prefix)]
        return ActionResult({"InstanceProfiles": found})

    def create_service_linked_role(self) -> ActionResult:
        service = self._get_param("AWSServiceName")
        for role in self.backend.roles.values():
            if role.path == f"/aws-service-role/{service}/" and not self._get_param("CustomSuffix"):
                raise InvalidInput(f"Service role name {role.name} has been taken in this account, please try a different suffix.")
        if service == "spot.amazonaws.com":
            # AWS names this one after EC2; moto's rule would say AWSServiceRoleForspot.
            return ActionResult({"Role": self._named_for_service("AWSServiceRoleForEC2Spot", service)})
        return super().create_service_linked_role()

    def _named_for_service(self, name: str, service: str) -> Any:
        statement = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": [service]}}
        return self.backend.create_role(
            name,
            json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            f"/aws-service-role/{service}/",
            permissions_boundary=None,
            description=self._get_param("Description") or "",
            tags=[],
            max_session_duration="3600",
            linked_service=service,
        )


class Refused(ServiceException):
    pass


class SandboxSts(TokenResponse):
    def _authenticate_and_authorize_normal_action(self, resource: str = "*") -> None:
        # Who asks with a token has no key yet, and signs nothing.
        if self._get_action() != "AssumeRoleWithWebIdentity":
            super()._authenticate_and_authorize_normal_action(resource)

    def assume_role_with_web_identity(self) -> ActionResult:
        claims = claims_of(self._get_param("WebIdentityToken"))
        if claims.get("exp", 0) < time.time():
            raise Refused("ExpiredTokenException", "Token expired: the web identity token is no longer valid")
        issuer = claims["iss"].removeprefix("https://").rstrip("/")
        role = self._role(self._get_param("RoleArn"))
        provider = f"arn:aws:iam::{self.current_account}:oidc-provider/{issuer}"
        if provider not in iam_backends[self.current_account]["aws"].open_id_providers:
            raise Refused("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{issuer}")
        if not any(trusts(statement, provider, claims) for statement in trust_of(role)):
            raise Refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        return super().assume_role_with_web_identity()

    def _role(self, arn: str) -> Any:
        known = iam_backends[self.current_account]["aws"].roles.values()
        role = next((role for role in known if role.arn == arn), None)
        if role is None:
            raise Refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        return role


def claims_of(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (AttributeError, IndexError, ValueError) as problem:
        raise Refused("InvalidIdentityToken", "The ID Token provided is not a valid JWT.") from problem


def trust_of(role: Any) -> list[dict[str, Any]]:
    document = role.assume_role_policy_document
    parsed = json.loads(unquote(document)) if isinstance(document, str) else document
    return listed(parsed["Statement"])


def trusts(statement: dict[str, Any], provider: str, claims: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    federated = listed(principal.get("Federated", [])) if isinstance(principal, dict) else []
    if statement.get("Effect") != "Allow" or provider not in federated:
        return False
    if "sts:AssumeRoleWithWebIdentity" not in listed(statement.get("Action", [])):
        return False
    return all(
        any(agrees(operator, claim, value) for claim in listed(claims.get(key.rsplit(":", 1)[1], [])) for value in listed(values))
        for operator, conditions in statement.get("Condition", {}).items()
        for key, values in conditions.items()
    )


def agrees(operator: str, claim: str, value: str) -> bool:
    if operator == "StringEquals":
        return claim == value
    return operator == "StringLike" and fnmatch.fnmatchcase(claim, value)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
