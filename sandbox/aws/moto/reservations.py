"""Capacity reservations: made, described, cancelled, over at their end date, and used by the instances launched into them.

moto has none.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservation-overview.html
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.parse import default_timestamp_parser
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.utils import convert_tag_spec
from moto.moto_api._internal import mock_random

from prices import paged

PAGE = 1000
USING = {"pending", "running", "stopping", "shutting-down"}
# What a launch has to name as its market, by what the reservation is.
BLOCK, INTERRUPTIBLE = "capacity-block", "interruptible-capacity-reservation"


@dataclass
class Reservation:
    id: str
    owner: str
    instance_type: str
    zone: str
    total: int
    criteria: str = "open"
    kind: str = "default"
    interruptible: bool = False
    # Without a time zone, as all times of moto: it is UTC.
    ends: datetime | None = None
    is_cancelled: bool = False
    instances: list[Any] = field(default_factory=list)

    def state(self) -> str:
        over = self.ends is not None and self.ends <= utcnow()
        return "cancelled" if self.is_cancelled else "expired" if over else "active"

    def available(self) -> int:
        return self.total - sum(instance.state in USING for instance in self.instances) if self.state() == "active" else 0

    def market(self) -> str | None:
        return BLOCK if self.kind == "capacity-block" else INTERRUPTIBLE if self.interruptible else None

    def holds(self, instance_type: str, zone: str) -> bool:
        return (self.instance_type, self.zone) == (instance_type, zone)

    def take(self, instance: Any) -> None:
        self.instances.append(instance)
        instance.capacity_reservation_id = self.id
        if self.market():
            instance.lifecycle = self.market()

    def let_go(self) -> None:
        """Its instances run on, as instances on demand."""
        if self.state() == "active":
            return
        for instance in self.instances:
            instance.capacity_reservation_id = None
        self.instances.clear()

    def described(self, tags: dict[str, str]) -> dict[str, Any]:
        return {
            "CapacityReservationId": self.id,
            "OwnerId": self.owner,
            "InstanceType": self.instance_type,
            "InstancePlatform": "Linux/UNIX",
            "AvailabilityZone": self.zone,
            "Tenancy": "default",
            "TotalInstanceCount": self.total,
            "AvailableInstanceCount": self.available(),
            "State": self.state(),
            "EndDate": self.ends,
            "EndDateType": "limited" if self.ends else "unlimited",
            "InstanceMatchCriteria": self.criteria,
            "ReservationType": self.kind,
            "Interruptible": self.interruptible,
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }


_known: dict[str, Reservation] = {}


def add(reservation: Reservation) -> None:
    _known[reservation.id] = reservation


def date_of(text: str | None) -> datetime | None:
    return default_timestamp_parser(text) if text else None


class CapacityReservations:
    """Mixed into the EC2 responses."""

    def create_capacity_reservation(self) -> ActionResult:
        self.error_on_dryrun()
        reservation = Reservation(
            id=f"cr-{mock_random.get_random_hex(17)}",
            owner=self.current_account,
            instance_type=self._get_param("InstanceType"),
            zone=self._get_param("AvailabilityZone"),
            total=int(self._get_param("InstanceCount")),
            criteria=self._get_param("InstanceMatchCriteria") or "open",
            ends=self._get_param("EndDate"),
        )
        add(reservation)
        tags = convert_tag_spec(self._get_param("TagSpecifications", [])).get("capacity-reservation", {})
        self.ec2_backend.create_tags([reservation.id], tags)
        return ActionResult({"CapacityReservation": reservation.described(tags)})

    def cancel_capacity_reservation(self) -> ActionResult:
        self.error_on_dryrun()
        reservation = known(self._get_param("CapacityReservationId"))
        reservation.is_cancelled = True
        reservation.let_go()
        return ActionResult({"Return": True})

    def describe_capacity_reservations(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCapacityReservations.html"""
        self.error_on_dryrun()
        ids = self._get_param("CapacityReservationIds", [])
        filters = self._filters_from_querystring()
        chosen = [known(each) for each in ids] if ids else list(_known.values())
        described = [one.described(self.ec2_backend.tags.get(one.id, {})) for one in chosen]
        found = [one for one in described if all(shows(one, *each) for each in filters.items())]
        page, token = paged(found, self._get_param("NextToken"), int(self._get_param("MaxResults") or PAGE))
        return ActionResult({"CapacityReservations": page, "NextToken": token})

    def describe_instances(self) -> ActionResult:
        for reservation in _known.values():
            reservation.let_go()
        return super().describe_instances()


def known(reservation_id: str) -> Reservation:
    if reservation_id not in _known:
        message = f"The capacity reservation '{reservation_id}' does not exist."
        raise EC2ClientError("InvalidCapacityReservationId.NotFound", message)
    return _known[reservation_id]


FIELDS = {
    "state": "State",
    "owner-id": "OwnerId",
    "instance-match-criteria": "InstanceMatchCriteria",
    "instance-type": "InstanceType",
    "availability-zone": "AvailabilityZone",
}


def shows(described: dict[str, Any], name: str, values: list[str]) -> bool:
    if name == "tag-key":
        return any(tag["Key"] in values for tag in described["Tags"])
    if name.startswith("tag:"):
        return any(f"tag:{tag['Key']}" == name and tag["Value"] in values for tag in described["Tags"])
    if name not in FIELDS:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid.")
    return described[FIELDS[name]] in values


# What launches ask.


def target_of(data: dict[str, Any]) -> str | None:
    """The reservation that a launch template targets."""
    target = (data.get("CapacityReservationSpecification") or {}).get("CapacityReservationTarget") or {}
    return target.get("CapacityReservationId")


def refusal(data: dict[str, Any], instance_type: str, zone: str) -> tuple[str, str] | None:
    """Why there is no such machine in the reservation that is targeted."""
    reservation = _known.get(target_of(data) or "")
    if reservation is None:
        return "InvalidCapacityReservationId.NotFound", f"The capacity reservation '{target_of(data)}' does not exist."
    if not reservation.holds(instance_type, zone):
        return "InvalidParameterValue", f"{reservation.id} does not hold {instance_type} in {zone}."
    if (data.get("InstanceMarketOptions") or {}).get("MarketType") != reservation.market():
        return "InvalidParameterValue", f"{reservation.id} is not to be had on this market."
    if reservation.available() < 1:
        return "ReservationCapacityExceeded", f"{reservation.id} does not have sufficient capacity for the request."
    return None


def join(instance: Any, data: dict[str, Any]) -> None:
    """Puts a just launched instance into the reservation it targets, or, unless it will not, into an open one."""
    specified = data.get("CapacityReservationSpecification") or {}
    instance.capacity_reservation_specification = {"CapacityReservationPreference": "open", **specified}
    target = target_of(data)
    preference = instance.capacity_reservation_specification["CapacityReservationPreference"]
    fits = [
        one
        for one in _known.values()
        if one.holds(instance.instance_type, instance.availability_zone) and one.available() > 0
        if one.id == target or (target is None and one.criteria == "open" and one.kind == "default" and preference != "none")
    ]
    if fits:
        fits[0].take(instance)
