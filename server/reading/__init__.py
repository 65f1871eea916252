"""Reads a file that somebody uploaded, in a process of its own that may fail, hang or grow too large.

`python -m server.reading FILE` prints blocks, one JSON array a line, and ends with a row that says
how it went. What runs here meets hostile files: nothing of it is imported by the server.
"""
