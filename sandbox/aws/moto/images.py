"""The machine images of EKS and the public parameters that name them, for each Kubernetes minor.

moto knows neither, and refuses to put parameters under /aws/.
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id-bottlerocket.html
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.ec2.models.amis import Ami
from moto.ssm.models import Parameter

# Owners as EC2 reports them: the accounts that publish Amazon Linux, Bottlerocket and Windows images for EKS.
EKS, BOTTLEROCKET, WINDOWS = "602401143452", "092701018921", "801119661308"
MINORS = ("1.30", "1.31", "1.32", "1.33", "1.34")
# The newest first; `recommended` is the first.
DATED = ("20260915", "20260801", "20260610")
BOTTLEROCKETS = ("1.50.0", "1.49.0", "1.45.1")


@dataclass(frozen=True)
class Image:
    name: str
    parameters: tuple[str, ...]
    owner: str
    architecture: str
    created: datetime
    root: str = "/dev/xvda"
    platform: str | None = None

    @property
    def id(self) -> str:
        return "ami-" + hashlib.sha256(self.name.encode()).hexdigest()[:17]


def dated(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=timezone.utc)


def al2023(minor: str) -> Iterator[Image]:
    for arch, variant in (("x86_64", "standard"), ("arm64", "standard"), ("x86_64", "nvidia"), ("arm64", "nvidia"), ("x86_64", "neuron")):
        base = f"/aws/service/eks/optimized-ami/{minor}/amazon-linux-2023/{arch}/{variant}"
        for index, stamp in enumerate(DATED):
            name = f"amazon-eks-node-al2023-{arch}-{variant}-{minor}-v{stamp}"
            yield Image(name, named(base, name, index), EKS, arch, dated(stamp))


def al2(minor: str) -> Iterator[Image]:
    if minor not in ("1.30", "1.31", "1.32"):
        return  # AL2 images ended with 1.32
    for folder, infix, arch in (("amazon-linux-2", "node", "x86_64"), ("amazon-linux-2-arm64", "arm64-node", "arm64"), ("amazon-linux-2-gpu", "gpu-node", "x86_64")):
        base = f"/aws/service/eks/optimized-ami/{minor}/{folder}"
        for index, stamp in enumerate(DATED):
            name = f"amazon-eks-{infix}-{minor}-v{stamp}"
            yield Image(name, named(base, name, index), EKS, arch, dated(stamp))


def bottlerocket(minor: str) -> Iterator[Image]:
    for variant in (f"aws-k8s-{minor}", f"aws-k8s-{minor}-nvidia"):
        for arch in ("x86_64", "arm64"):
            for index, version in enumerate(BOTTLEROCKETS):
                base = f"/aws/service/bottlerocket/{variant}/{arch}"
                commit = hashlib.sha256(f"{variant}{arch}{version}".encode()).hexdigest()[:8]
                paths = (f"{base}/{version}/image_id",) + ((f"{base}/latest/image_id",) if index == 0 else ())
                created = dated(DATED[index]) + timedelta(hours=1)
                yield Image(f"bottlerocket-{variant}-{arch}-v{version}-{commit}", paths, BOTTLEROCKET, arch, created)


def windows(minor: str) -> Iterator[Image]:
    for year in ("2019", "2022") + (("2025",) if minor >= "1.35" else ()):
        series = f"Windows_Server-{year}-English-Core-EKS_Optimized-{minor}"
        created = dated(DATED[0])
        name = f"{series}-{created:%Y.%m.%d}"
        yield Image(name, (f"/aws/service/ami-windows-latest/{series}/image_id",), WINDOWS, "x86_64", created, "/dev/sda1", "windows")


def named(base: str, name: str, index: int) -> tuple[str, ...]:
    pinned = f"{base}/{name}/image_id"
    return (pinned, f"{base}/recommended/image_id") if index == 0 else (pinned,)


def catalogue() -> list[Image]:
    families = (al2023, al2, bottlerocket, windows)
    return [image for minor in MINORS for family in families for image in family(minor)]


def seed(ec2: Any, ssm: Any) -> None:
    """Puts every image into EC2 and its parameters into SSM."""
    for image in catalogue():
        ec2.amis[image.id] = Ami(
            ec2,
            image.id,
            name=image.name,
            description=f"EKS-optimized node image {image.name}",
            owner_id=image.owner,
            owner_alias="amazon",
            public=True,
            virtualization_type="hvm",
            architecture=image.architecture,
            creation_date=image.created,
            platform=image.platform,
            image_location=f"amazon/{image.name}",
            hypervisor="xen",
            root_device_type="ebs",
            root_device_name=image.root,
            region_name=f"{ec2.region_name}a",
        )
        for path in image.parameters:
            ssm._parameters[path].append(parameter(ssm.account_id, path, image))


def parameter(account: str, path: str, image: Image) -> Parameter:
    return Parameter(
        account_id=account,
        name=path,
        value=image.id,
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=image.created,
        version=1,
        data_type="aws:ec2:image",
    )

