"""Serves an AWS account on this machine: moto, extended where it lacks a call that we need.

usage: python serve.py '<settings as JSON>'
settings: port, region, accountId, data (folder of price tables), transitionSeconds, administrator {id, secret},
cluster {endpoint, certificateAuthority, oidcIssuer, version, serviceCidr}
"""

import json
import os
import pathlib
import re
import sys
from typing import Any

# Read by moto while it is imported.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import moto.backend_index as backend_index  # noqa: E402
from flask import Flask  # noqa: E402
from moto.core.utils import convert_to_flask_response  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    BackendRequest,
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.ssm.models import ssm_backends  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402
from werkzeug.wrappers import Request  # noqa: E402

import clusters  # noqa: E402
import control  # noqa: E402
import identity  # noqa: E402
import images  # noqa: E402
import lifecycle  # noqa: E402
import machines  # noqa: E402
import prices  # noqa: E402


def main(settings: dict[str, Any]) -> None:
    account, region = settings["accountId"], settings["region"]
    prices.load(pathlib.Path(settings["data"]))
    lifecycle.settings["transitionSeconds"] = settings["transitionSeconds"]
    clusters.install(settings["cluster"])
    identity.install()
    machines.install()
    images.seed(ec2_backends[account][region], ssm_backends[account][region])
    identity.seed(account, settings["administrator"])
    make_server("127.0.0.1", settings["port"], application(), threaded=True, request_handler=QuietHandler).serve_forever()


def application() -> Any:
    backend_index.backend_url_patterns.append(("pricing", re.compile(r"https?://(api\.)?pricing\.(.+)\.amazonaws\.com")))
    aws = DomainDispatcherApplication(app_of)

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/sandbox/"):
            return control.answer(Request(environ))(environ, start_response)
        return aws(environ, start_response)

    return serve


def app_of(service: Any) -> Flask:
    """moto's application for a service; for pricing, which moto lacks, one of our own."""
    if service != "pricing":
        return create_backend_app(service)
    app = Flask("pricing")
    app.request_class = BackendRequest
    view = convert_to_flask_response(prices.PricingResponse.dispatch)
    app.add_url_rule("/", endpoint="pricing", methods=["POST"], view_func=view)
    return app


class QuietHandler(MotoRequestHandler):
    """Logs what failed; thousands of lines of polling would bury it."""

    # moto answers every SDK's keep-alive with HTTP/1.0 otherwise, a connection for each call.
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if not str(code).startswith(("2", "3")):
            WSGIRequestHandler.log_request(self, code, size)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
