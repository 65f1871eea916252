"""Dayi (答疑): a chat server for schools and public service desks."""

__version__ = "0.1.0"
