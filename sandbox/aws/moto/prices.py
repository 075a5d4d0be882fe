"""Prices: on-demand from the table that the product ships, spot as a fraction of it, and the Pricing API over them.

moto has no Pricing API and says 0.00001 for every spot price.
"""

import hashlib
import json
import pathlib
from datetime import datetime, timezone
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

SPOT_DESCRIPTIONS = ("Linux/UNIX", "Linux/UNIX (Amazon VPC)")
PAGE = 100
SPOT_PAGE = 1000

_on_demand: dict[str, dict[str, float]] = {}


def load(data: pathlib.Path) -> None:
    """Reads the price table: region → instance type → USD per hour."""
    _on_demand.update(json.loads((data / "on-demand-prices.json").read_text()))


def on_demand(region: str) -> dict[str, float]:
    return _on_demand.get(region) or _on_demand["us-east-1"]


def spot(region: str, instance_type: str, zone: str) -> float | None:
    """A steady price between 30 and 60 % of on-demand, its own for each type and zone."""
    full = on_demand(region).get(instance_type)
    if full is None:
        return None
    spread = hashlib.sha256(f"{instance_type}/{zone}".encode()).digest()[0] / 255
    return round(full * (0.3 + 0.3 * spread), 6)


def hourly(region: str, instanceType: str, zone: str, capacityType: str) -> float:
    """What an offering costs; what has no price sorts last. Named arguments are an offering's fields."""
    price = spot(region, instanceType, zone) if capacityType == "spot" else on_demand(region).get(instanceType)
    return float("inf") if price is None else price


class SpotPrices:
    """Mixed into the EC2 responses."""

    def describe_spot_price_history(self) -> ActionResult:
        filters = self._filters_from_querystring()
        types = set(self._get_param("InstanceTypes", []) or filters.get("instance-type", []))
        zones = set(filters.get("availability-zone", []))
        if self._get_param("AvailabilityZone"):
            zones.add(self._get_param("AvailabilityZone"))
        asked = self._get_param("ProductDescriptions", []) or filters.get("product-description", [])
        description = next((name for name in SPOT_DESCRIPTIONS if not asked or name in asked), None)
        history = [
            {
                "InstanceType": entry["InstanceType"],
                "AvailabilityZone": entry["Location"],
                "ProductDescription": description,
                "SpotPrice": f"{price:.6f}",
                "Timestamp": datetime.now(timezone.utc),
            }
            for entry in INSTANCE_TYPE_OFFERINGS["availability-zone"].get(self.region, [])
            if description
            and (not types or entry["InstanceType"] in types)
            and (not zones or entry["Location"] in zones)
            and (price := spot(self.region, entry["InstanceType"], entry["Location"])) is not None
        ]
        size = min(int(self._get_param("MaxResults") or SPOT_PAGE), SPOT_PAGE)
        page, token = paged(history, self._get_param("NextToken"), size)
        return ActionResult({"SpotPriceHistory": page, "NextToken": token})


class PricingResponse(BaseResponse):
    """GetProducts for AmazonEC2, on-demand Linux without software.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
    """

    def __init__(self) -> None:
        super().__init__(service_name="pricing")

    def get_products(self) -> ActionResult:
        asked = json.loads(self.body)
        wanted = {entry["Field"]: entry["Value"] for entry in asked.get("Filters", [])}
        region = wanted.get("regionCode", "us-east-1")
        products = [product(region, name, price) for name, price in sorted(on_demand(region).items())]
        found = [json.dumps(entry) for entry in products if agrees(entry, wanted)]
        page, token = paged(found, asked.get("NextToken"), int(asked.get("MaxResults") or PAGE))
        return ActionResult({"FormatVersion": "aws_v1", "PriceList": page, "NextToken": token})


def product(region: str, instance_type: str, price: float) -> dict[str, Any]:
    metal = "metal" in instance_type.split(".")[1]
    sku = hashlib.sha256(f"{region}/{instance_type}".encode()).hexdigest()[:16].upper()
    attributes = {
        "regionCode": region,
        "servicecode": "AmazonEC2",
        "instanceType": instance_type,
        "operatingSystem": "Linux",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "marketoption": "OnDemand",
        "tenancy": "Dedicated" if metal else "Shared",
    }
    currency = "CNY" if region.startswith("cn-") else "USD"
    dimension = {"unit": "Hrs", "pricePerUnit": {currency: f"{price:.10f}"}, "appliesTo": []}
    return {
        "product": {
            "sku": sku,
            "productFamily": "Compute Instance (bare metal)" if metal else "Compute Instance",
            "attributes": attributes,
        },
        "serviceCode": "AmazonEC2",
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": {"sku": sku, "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": dimension}}}},
    }


def agrees(entry: dict[str, Any], wanted: dict[str, str]) -> bool:
    known = {**entry["product"]["attributes"], "productFamily": entry["product"]["productFamily"], "serviceCode": "AmazonEC2"}
    return all(known.get(field) == value for field, value in wanted.items())


def paged(items: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    start = int(token or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None
