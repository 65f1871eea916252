"""The rows of the route table that belong to the records: address, who may come in, endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from server.web import record_alerts, records
from server.web.parts import Call

Endpoint = Callable[[Call], Awaitable[Response]]

OWN: tuple[tuple[str, str, Endpoint], ...] = (  # for whoever has a login
    ("GET", "/api/alerts", record_alerts.own_alerts),
    ("GET", "/api/alerts/open", record_alerts.num_own_alerts),
    ("POST", "/api/alerts/{id}/handle", record_alerts.handle),
)
ALL: tuple[tuple[str, str, Endpoint], ...] = (  # for whoever may see the records
    ("GET", "/api/records/counts", records.counts),
    ("GET", "/api/records/hits", records.hits),
    ("GET", "/api/records/hits/chart", records.chart),
    ("GET", "/api/records/hits/options", records.options),
    ("GET", "/api/records/hits/export", records.export_hits),
    ("GET", "/api/records/reviews", record_alerts.reviews),
    ("POST", "/api/records/reviews/{id}", record_alerts.review),
    ("GET", "/api/records/alerts", record_alerts.alerts),
    ("GET", "/api/records/rules", record_alerts.rules),
    ("POST", "/api/records/rules", record_alerts.add_rule),
    ("PUT", "/api/records/rules/{id}", record_alerts.change_rule),
    ("DELETE", "/api/records/rules/{id}", record_alerts.delete_rule),
    ("GET", "/api/records/coverage", records.coverage),
    ("PUT", "/api/records/coverage", records.set_target),
    ("POST", "/api/records/coverage/reviewed", records.reviewed),
    ("GET", "/api/records/audit", records.audit),
    ("POST", "/api/records/audit/verify", records.verify),
    ("GET", "/api/records/audit/export", records.export_audit),
)
