"""Records that stand up: the audit log, the hit log, reviews of hits, alerts, coverage and the weekly review.

It does not know how words are found (`filters`), how lists are edited (`moderation`), nor HTTP.
"""

from server.records.alerts import AlertDesk
from server.records.coverage import Coverage
from server.records.desk import Records
from server.records.hit_log import HitLog, HitQuery
from server.records.queue import ReviewQueue
from server.records.raising import AlertWatch
from server.records.sealing import HitSeal, PrivateKey, new_key_pair
from server.records.trail import Trail
from server.records.views import NewRule, TargetBody

__all__ = [
    "AlertDesk",
    "AlertWatch",
    "Coverage",
    "HitLog",
    "HitQuery",
    "HitSeal",
    "NewRule",
    "PrivateKey",
    "Records",
    "ReviewQueue",
    "TargetBody",
    "Trail",
    "new_key_pair",
]
