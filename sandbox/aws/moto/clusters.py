"""EKS clusters backed by the sandbox's API server, with the calls that moto lacks.

Every cluster, the seeded one and those created later, answers with the one real endpoint, certificate, token issuer,
version and service range. Access entries, pod identity associations and add-ons follow
https://docs.aws.amazon.com/eks/latest/APIReference/Welcome.html
"""

import uuid
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

import moto.eks.urls as urls
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.eks.exceptions import InvalidParameterException, InvalidRequestException, ResourceInUseException, ResourceNotFoundException
from moto.eks.models import Cluster, EKSBackend
from moto.eks.responses import EKSResponse

MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
NODE_USERNAME = "system:node:{{EC2PrivateDNSName}}"
# What EKS lets a node of each type be; None: the caller says.
ENTRY_TYPES: dict[str, tuple[str | None, list[str] | None]] = {
    "STANDARD": (None, None),
    "EC2_LINUX": (NODE_USERNAME, ["system:nodes"]),
    "EC2_WINDOWS": (NODE_USERNAME, ["eks:kube-proxy-windows", "system:nodes"]),
    "FARGATE_LINUX": ("system:node:{{SessionName}}", ["system:node-proxier", "system:nodes"]),
    "EC2": (NODE_USERNAME, ["system:nodes"]),
    "HYBRID_LINUX": ("system:node:{{SessionName}}", ["system:nodes"]),
}
POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
)

backing: dict[str, str] = {}


def install(cluster: dict[str, str]) -> None:
    """Takes the facts of the real cluster: endpoint, certificateAuthority, oidcIssuer, version, serviceCidr."""
    backing.update(cluster)
    create_cluster, delete_cluster = EKSBackend.create_cluster, EKSBackend.delete_cluster

    def create(backend: EKSBackend, *args: Any, **kwargs: Any) -> Cluster:
        made = create_cluster(backend, *args, **kwargs)
        back(made, ec2_backends[backend.account_id][backend.region_name])
        return made

    def delete(backend: EKSBackend, name: str) -> Cluster:
        gone = delete_cluster(backend, name)
        group = gone.resources_vpc_config.get("clusterSecurityGroupId")
        if group:
            ec2_backends[backend.account_id][backend.region_name].delete_security_group(group_id=group)
        return gone

    EKSBackend.create_cluster = create  # type: ignore[method-assign]
    EKSBackend.delete_cluster = delete  # type: ignore[method-assign]
    collections = ("access-entries", "pod-identity-associations", "addons", "updates")
    paths = ["access-policies$", "addons/supported-versions$"]
    for collection in collections:
        paths += [rf"clusters/(?P<name>[^/]+)/{collection}$", rf"clusters/(?P<name>[^/]+)/{collection}/(?P<rest>.+)$"]
    urls.url_paths = {path: SandboxEks.dispatch for path in urls.url_paths}
    urls.url_paths |= {"{0}/" + path: SandboxEks.dispatch for path in paths}


def back(cluster: Cluster, ec2: Any) -> None:
    cluster.endpoint = backing["endpoint"]
    cluster.certificate_authority = {"data": backing["certificateAuthority"]}
    cluster.identity = {"oidc": {"issuer": backing["oidcIssuer"]}}
    cluster.version = backing["version"]
    cluster.kubernetes_network_config = {"serviceIpv4Cidr": backing["serviceCidr"], "ipFamily": "ipv4"}
    cluster.platformVersion = "eks.1"
    cluster.access_config = {"authenticationMode": backing.get("authenticationMode", "CONFIG_MAP")}
    cluster.access_entries, cluster.associations, cluster.addons, cluster.updates = {}, {}, {}, {}
    network = cluster.resources_vpc_config = dict(cluster.resources_vpc_config or {})
    subnets = network.get("subnetIds") or []
    network.setdefault("endpointPublicAccess", True)
    network.setdefault("endpointPrivateAccess", False)
    network.setdefault("publicAccessCidrs", ["0.0.0.0/0"])
    if not subnets:
        return
    network["vpcId"] = ec2.get_subnet(subnets[0]).vpc_id
    group = ec2.create_security_group(
        f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().hex[:8]}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
        network["vpcId"],
        tags={f"kubernetes.io/cluster/{cluster.name}": "owned", "aws:eks:cluster-name": cluster.name},
    )
    network["clusterSecurityGroupId"] = group.id


def now() -> datetime:
    return datetime.now(timezone.utc)


def missing(message: str, cluster: Cluster) -> ResourceNotFoundException:
    return ResourceNotFoundException(clusterName=cluster.name, nodegroupName=None, fargateProfileName=None, addonName=None, message=message)


class SandboxEks(EKSResponse):
    @property
    def cluster(self) -> Cluster:
        return self.eks_backend.describe_cluster(name=self._get_param("name"))

    def create_cluster(self) -> ActionResult:
        mode = (self._get_param("accessConfig") or {}).get("authenticationMode", "CONFIG_MAP")
        if mode not in MODES:
            raise InvalidParameterException(message=f"Unsupported authentication mode {mode}. Supported: {', '.join(MODES)}")
        answer = super().create_cluster()
        self.cluster.access_config = {"authenticationMode": mode}
        return answer

    def update_cluster_config(self) -> ActionResult:
        access = self._get_param("accessConfig")
        if access:
            self._change_mode(access.get("authenticationMode"))
            return self._updated("AccessConfigUpdate", {"AuthenticationMode": access.get("authenticationMode")})
        network = {**self.cluster.resources_vpc_config, **(self._get_param("resourcesVpcConfig") or {})}
        logging = self._get_param("logging") or self.cluster.logging
        self.eks_backend.update_cluster_config(name=self.cluster.name, resources_vpc_config=network, logging=logging)
        return self._updated("VpcConfigUpdate", {"ResourcesVpcConfig": network})

    def describe_update(self) -> ActionResult:
        update = self.cluster.updates.get(self._get_param("updateId"))
        if not update:
            raise missing(f"No update found for id: {self._get_param('updateId')}", self.cluster)
        return ActionResult({"update": update})

    def _change_mode(self, mode: str) -> None:
        current = self.cluster.access_config["authenticationMode"]
        # EKS lets a cluster move towards the API, never back.
        if mode not in MODES or MODES.index(mode) <= MODES.index(current):
            raise InvalidParameterException(message=f"Unsupported authentication mode update from {current} to {mode}")
        self.cluster.access_config = {"authenticationMode": mode}

    def _updated(self, kind: str, parameters: dict[str, Any]) -> ActionResult:
        described = [{"type": name, "value": str(value)} for name, value in parameters.items()]
        update = {"id": str(uuid.uuid4()), "status": "Successful", "type": kind, "params": described, "createdAt": now(), "errors": []}
        self.cluster.updates[update["id"]] = update
        return ActionResult({"update": update})

    # Fargate: EKS itself lets the pod execution role in, and out with the last profile that uses it.

    def create_fargate_profile(self) -> ActionResult:
        answer = super().create_fargate_profile()
        role = self._get_param("podExecutionRoleArn")
        if self.cluster.access_config["authenticationMode"] != "CONFIG_MAP" and role not in self.cluster.access_entries:
            self.cluster.access_entries[role] = self._entry(role, "FARGATE_LINUX")
            self.cluster.access_entries[role]["byFargate"] = True
        return answer

    def delete_fargate_profile(self) -> ActionResult:
        profile = self.eks_backend.describe_fargate_profile(self.cluster.name, self._get_param("fargateProfileName"))
        answer = super().delete_fargate_profile()
        role = profile.pod_execution_role_arn
        still_used = any(other.pod_execution_role_arn == role for other in self.cluster.fargate_profiles.values())
        if self.cluster.access_entries.get(role, {}).get("byFargate") and not still_used:
            del self.cluster.access_entries[role]
        profile.status = "DELETING"
        return answer

    # Access entries

    def create_access_entry(self) -> ActionResult:
        self._refuse_without_api()
        principal, kind = self._get_param("principalArn"), self._get_param("type") or "STANDARD"
        if kind not in ENTRY_TYPES:
            raise InvalidParameterException(message=f"The type {kind} is not supported")
        if principal in self.cluster.access_entries:
            raise ResourceInUseException(message="The specified access entry resource is already in use on this cluster.")
        if kind != "STANDARD" and (self._get_param("kubernetesGroups") or self._get_param("username")):
            raise InvalidParameterException(message=f"The username and kubernetesGroups can't be set for type {kind}")
        entry = self._entry(principal, kind)
        self.cluster.access_entries[principal] = entry
        return ActionResult({"accessEntry": entry})

    def describe_access_entry(self) -> ActionResult:
        return ActionResult({"accessEntry": self._known_entry()})

    def list_access_entries(self) -> ActionResult:
        self._refuse_without_api()
        policy = self._get_param("associatedPolicyArn")
        found = [arn for arn, entry in self.cluster.access_entries.items() if not policy or policy in entry["policies"]]
        return ActionResult({"accessEntries": sorted(found)})

    def update_access_entry(self) -> ActionResult:
        entry = self._known_entry()
        if entry["type"] != "STANDARD":
            raise InvalidParameterException(message=f"Access entries of type {entry['type']} can't be updated")
        for field in ("kubernetesGroups", "username"):
            if self._get_param(field) is not None:
                entry[field] = self._get_param(field)
        entry["modifiedAt"] = now()
        return ActionResult({"accessEntry": entry})

    def delete_access_entry(self) -> ActionResult:
        del self.cluster.access_entries[self._known_entry()["principalArn"]]
        return EmptyResult()

    def associate_access_policy(self) -> ActionResult:
        entry, policy = self._known_entry(), self._get_param("policyArn")
        if policy not in {access_policy(name)["arn"] for name in POLICIES}:
            raise InvalidParameterException(message=f"The policyArn {policy} is not a valid access policy")
        if entry["type"] != "STANDARD":
            raise InvalidRequestException(message=f"Access policies can't be associated with access entries of type {entry['type']}")
        known = entry["policies"].get(policy, {"associatedAt": now()})
        entry["policies"][policy] = {**known, "policyArn": policy, "accessScope": self._get_param("accessScope"), "modifiedAt": now()}
        answer = {"clusterName": self.cluster.name, "principalArn": entry["principalArn"], "associatedAccessPolicy": entry["policies"][policy]}
        return ActionResult(answer)

    def disassociate_access_policy(self) -> ActionResult:
        entry = self._known_entry()
        if entry["policies"].pop(self._get_param("policyArn"), None) is None:
            raise missing("No associated access policy found", self.cluster)
        return EmptyResult()

    def list_associated_access_policies(self) -> ActionResult:
        entry = self._known_entry()
        answer = {"clusterName": self.cluster.name, "principalArn": entry["principalArn"], "associatedAccessPolicies": list(entry["policies"].values())}
        return ActionResult(answer)

    def list_access_policies(self) -> ActionResult:
        return ActionResult({"accessPolicies": [access_policy(name) for name in POLICIES]})

    def _refuse_without_api(self) -> None:
        if self.cluster.access_config["authenticationMode"] == "CONFIG_MAP":
            message = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."
            raise InvalidRequestException(message=message)

    def _entry(self, principal: str, kind: str) -> dict[str, Any]:
        username, groups = ENTRY_TYPES[kind]
        parts = principal.split(":")
        default = f"arn:aws:sts::{parts[4]}:assumed-role/{principal.split('/')[-1]}/{{{{SessionName}}}}" if ":role/" in principal else principal
        return {
            "clusterName": self.cluster.name,
            "principalArn": principal,
            "type": kind,
            "username": username or self._get_param("username") or default,
            "kubernetesGroups": self._get_param("kubernetesGroups") or [] if groups is None else groups,
            "accessEntryArn": f"{self._arn_of('access-entry')}/role/{self.current_account}/{principal.split('/')[-1]}/{uuid.uuid4()}",
            "createdAt": now(),
            "modifiedAt": now(),
            "tags": self._get_param("tags") or {},
            "policies": {},
        }

    def _known_entry(self) -> dict[str, Any]:
        self._refuse_without_api()
        principal = unquote(self._get_param("principalArn"))
        if principal not in self.cluster.access_entries:
            raise missing(f"The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'. {principal}", self.cluster)
        return self.cluster.access_entries[principal]

    # Pod identity

    def create_pod_identity_association(self) -> ActionResult:
        subject = {"namespace": self._get_param("namespace"), "serviceAccount": self._get_param("serviceAccount")}
        if any(subject.items() <= other.items() for other in self.cluster.associations.values()):
            raise ResourceInUseException(message=f"Association already exists: {subject['namespace']}/{subject['serviceAccount']}")
        key = f"a-{uuid.uuid4().hex[:17]}"
        self.cluster.associations[key] = {
            **subject,
            "clusterName": self.cluster.name,
            "roleArn": self._get_param("roleArn"),
            "associationId": key,
            "associationArn": f"{self._arn_of('podidentityassociation')}/{key}",
            "tags": self._get_param("tags") or {},
            "createdAt": now(),
            "modifiedAt": now(),
        }
        return ActionResult({"association": self.cluster.associations[key]})

    def describe_pod_identity_association(self) -> ActionResult:
        return ActionResult({"association": self._known_association()})

    def update_pod_identity_association(self) -> ActionResult:
        association = self._known_association()
        association["roleArn"] = self._get_param("roleArn") or association["roleArn"]
        association["modifiedAt"] = now()
        return ActionResult({"association": association})

    def delete_pod_identity_association(self) -> ActionResult:
        return ActionResult({"association": self.cluster.associations.pop(self._known_association()["associationId"])})

    def list_pod_identity_associations(self) -> ActionResult:
        # The narrowing parameters travel in the query string.
        wanted = {field: self.querystring[field][0] for field in ("namespace", "serviceAccount") if field in self.querystring}
        return ActionResult({"associations": [one for one in self.cluster.associations.values() if wanted.items() <= one.items()]})

    def _known_association(self) -> dict[str, Any]:
        key = self._get_param("associationId")
        if key not in self.cluster.associations:
            raise missing(f"Unable to find association ID: {key}", self.cluster)
        return self.cluster.associations[key]

    # Add-ons

    def create_addon(self) -> ActionResult:
        name = self._get_param("addonName")
        if name in self.cluster.addons:
            raise ResourceInUseException(clusterName=self.cluster.name, addonName=name, message="Addon already exists.")
        self.cluster.addons[name] = {
            "addonName": name,
            "clusterName": self.cluster.name,
            "status": "ACTIVE",
            "addonVersion": self._get_param("addonVersion") or "v1.0.0-eksbuild.1",
            "health": {"issues": []},
            "addonArn": f"{self._arn_of('addon')}/{name}/{uuid.uuid4()}",
            "createdAt": now(),
            "modifiedAt": now(),
            "serviceAccountRoleArn": self._get_param("serviceAccountRoleArn"),
            "configurationValues": self._get_param("configurationValues"),
            "tags": self._get_param("tags") or {},
        }
        return ActionResult({"addon": self.cluster.addons[name]})

    def describe_addon(self) -> ActionResult:
        return ActionResult({"addon": self._known_addon()})

    def update_addon(self) -> ActionResult:
        addon = self._known_addon()
        for field in ("addonVersion", "serviceAccountRoleArn", "configurationValues"):
            addon[field] = self._get_param(field) or addon[field]
        return self._updated("AddonUpdate", {"AddonVersion": addon["addonVersion"]})

    def delete_addon(self) -> ActionResult:
        return ActionResult({"addon": self.cluster.addons.pop(self._known_addon()["addonName"])})

    def list_addons(self) -> ActionResult:
        return ActionResult({"addons": sorted(self.cluster.addons)})

    def _known_addon(self) -> dict[str, Any]:
        name = self._get_param("addonName")
        if name not in self.cluster.addons:
            raise missing(f"No addon: {name} found in cluster: {self.cluster.name}", self.cluster)
        return self.cluster.addons[name]

    # Tags, of whatever has an ARN

    def tag_resource(self) -> ActionResult:
        self._tags().update(self._get_param("tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        for key in self.querystring.get("tagKeys", []):
            self._tags().pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"tags": self._tags()})

    def _tags(self) -> dict[str, str]:
        arn = self._extract_arn_from_path()
        for cluster in self.eks_backend.clusters.values():
            owned = {cluster.arn: cluster.tags}
            owned |= {profile.fargate_profile_arn: profile.tags for profile in cluster.fargate_profiles.values()}
            owned |= {group.arn: group.tags for group in cluster.nodegroups.values()}
            owned |= {entry["accessEntryArn"]: entry["tags"] for entry in cluster.access_entries.values()}
            owned |= {one["associationArn"]: one["tags"] for one in cluster.associations.values()}
            owned |= {addon["addonArn"]: addon["tags"] for addon in cluster.addons.values()}
            if arn in owned:
                return owned[arn]
        raise ResourceNotFoundException(message=f"Resource not found: {arn}")

    def _arn_of(self, kind: str) -> str:
        return f"arn:aws:eks:{self.region}:{self.current_account}:{kind}/{self.cluster.name}"


def access_policy(name: str) -> dict[str, str]:
    return {"name": name, "arn": f"arn:aws:eks::aws:cluster-access-policy/{name}"}
