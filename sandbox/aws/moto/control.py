"""What a test or the demo may do to the account from outside, beside AWS's own API, under /sandbox/.

POST   /sandbox/insufficient-capacity  {"instanceType"?, "zone"?, "capacityType"?}: such offerings have no capacity now
DELETE /sandbox/insufficient-capacity  they have it again
POST   /sandbox/instance-health        {"instanceId", "instance"? , "system"?: "impaired", "events"?: [{"Code", "Description"}]}
DELETE /sandbox/instance-health        all are healthy again
POST   /sandbox/capacity-reservation   what CreateCapacityReservation does not make: blocks, interruptible capacity, another account's
                                       {"id", "instanceType", "zone", "count", "ends"?, "isBlock"?, "isInterruptible"?, "owner"?}
GET    /sandbox/ready                  answers once the account is seeded
"""

import json
from datetime import datetime, timezone
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request, Response

import machines
import offerings
import reservations


def answer(request: Request) -> Response:
    handler = HANDLERS.get((request.method, request.path))
    if handler is None:
        return Response(f"no such control: {request.method} {request.path}\n", status=404)
    try:
        handler(json.loads(request.get_data() or b"{}"))
    except (KeyError, ValueError) as problem:
        return Response(f"bad body: {problem!r}\n", status=400)
    return Response(status=204)


def lack_capacity(pattern: dict[str, str]) -> None:
    unknown = set(pattern) - {"instanceType", "zone", "capacityType"}
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    offerings.lack(pattern)


def impair(body: dict[str, Any]) -> None:
    # Long ago enough for whoever waits two minutes before believing it.
    since = body.get("since") or datetime(2026, 1, 1, tzinfo=timezone.utc)
    given: dict[str, Any] = {name: {"since": since} for name in ("instance", "system") if body.get(name)}
    given["events"] = [{"InstanceEventId": f"instance-event-{index}", **event} for index, event in enumerate(body.get("events", []))]
    machines.health[body["instanceId"]] = given


def reserve(body: dict[str, Any]) -> None:
    reservations.add(
        reservations.Reservation(
            id=body["id"],
            owner=body.get("owner", DEFAULT_ACCOUNT_ID),
            instance_type=body["instanceType"],
            zone=body["zone"],
            total=body["count"],
            criteria="targeted",
            kind="capacity-block" if body.get("isBlock") else "default",
            interruptible=body.get("isInterruptible", False),
            ends=reservations.date_of(body.get("ends")),
        )
    )


HANDLERS = {
    ("GET", "/sandbox/ready"): lambda _: None,
    ("POST", "/sandbox/insufficient-capacity"): lack_capacity,
    ("DELETE", "/sandbox/insufficient-capacity"): lambda _: offerings.restore(),
    ("POST", "/sandbox/instance-health"): impair,
    ("POST", "/sandbox/capacity-reservation"): reserve,
    ("DELETE", "/sandbox/instance-health"): lambda _: machines.health.clear(),
}
