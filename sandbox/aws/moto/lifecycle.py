"""Instances take their time: pending, then running; shutting-down, then terminated; each step told on the event bus.

moto changes state at once and tells nobody.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

import json
import threading
from collections.abc import Callable
from typing import Any

from moto.ec2.models.instances import Instance, InstanceState
from moto.events.models import events_backends

STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}
settings = {"transitionSeconds": 1.0}


def boot(instance: Instance) -> None:
    """Puts a just launched instance into `pending`, and into `running` a moment later."""
    enter(instance, "pending")
    later(lambda: enter(instance, "running") if instance.state == "pending" else None)


def install() -> None:
    """Makes termination a process: network and disks go when the instance is `terminated`, not before."""
    terminate_now = Instance.terminate

    def terminate(instance: Instance) -> InstanceState:
        previous = InstanceState(instance.state, instance.state_code)
        if instance.state in ("shutting-down", "terminated"):
            return previous
        enter(instance, "shutting-down")
        later(lambda: finish(instance))
        return previous

    def finish(instance: Instance) -> None:
        terminate_now(instance)
        tell(instance, "terminated")

    Instance.terminate = terminate  # type: ignore[method-assign]


def enter(instance: Instance, state: str) -> None:
    # A fresh object: the answer to an earlier request may still be reading the old one.
    instance._state = InstanceState(state, STATES[state])
    tell(instance, state)


def later(step: Callable[[], Any]) -> None:
    timer = threading.Timer(settings["transitionSeconds"], step)
    timer.daemon = True
    timer.start()


def tell(instance: Instance, state: str) -> None:
    events_backends[instance.owner_id][instance.region_name].put_events(
        [
            {
                "Source": "aws.ec2",
                "DetailType": "EC2 Instance State-change Notification",
                "Resources": [f"arn:aws:ec2:{instance.region_name}:{instance.owner_id}:instance/{instance.id}"],
                "Detail": json.dumps({"instance-id": instance.id, "state": state}),
            }
        ]
    )
