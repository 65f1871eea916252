"""Topics and statistics: what is asked about, how much and by how many, never by whom."""

from server.topics.desk import TopicDesk
from server.topics.export import Tabs, export_csv, export_name, export_xlsx
from server.topics.group_report import GroupReport, GroupStatistics, PoorReport
from server.topics.groups import GroupDesk
from server.topics.kept import keep_week
from server.topics.private import PrivateFilter, private_pipeline
from server.topics.recorder import Recorder
from server.topics.report import Report
from server.topics.safety import SafetyReport, SafetyStatistics
from server.topics.statistics import Audience, Statistics

__all__ = [
    "Audience",
    "GroupDesk",
    "GroupReport",
    "GroupStatistics",
    "PoorReport",
    "PrivateFilter",
    "Recorder",
    "Report",
    "SafetyReport",
    "SafetyStatistics",
    "Statistics",
    "Tabs",
    "TopicDesk",
    "export_csv",
    "export_name",
    "export_xlsx",
    "keep_week",
    "private_pipeline",
]
