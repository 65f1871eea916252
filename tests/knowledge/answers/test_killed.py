"""A server that is killed while it imports has imported everything or nothing."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.serving import serving
from tests.web.conftest import PASSWORD

NUM_ROWS = 2000


@pytest.mark.parametrize("after_seconds", [0.4])
def test_a_server_killed_in_mid_import_leaves_nothing_half(tmp_path: Path, after_seconds: float) -> None:
    """Whenever it is killed; and afterwards the same file can be imported."""
    rows = "questions,answer\n" + "".join(f"第{n}号窗口办什么,第{n}类\n" for n in range(1, NUM_ROWS + 1))
    sent = {"file": ("a.csv", rows.encode(), "text/csv")}
    with serving(tmp_path) as server, httpx.Client(base_url=server.url, timeout=60) as admin:
        admin.headers["Origin"] = server.url
        body = {"token": server.setup_token, "name": "admin", "password": PASSWORD}
        assert admin.post("/api/setup", json=body).status_code == 201

        def send() -> None:
            with suppress(httpx.HTTPError):
                admin.post("/api/answers/import", files=sent)

        sending = threading.Thread(target=send)
        sending.start()
        time.sleep(after_seconds)  # in the middle of it, or before, or after: the law holds whenever
        server.stop(signal.SIGKILL)
        sending.join()
        server.start()
        total = admin.get("/api/answers").json()["total"]
        assert total in (0, NUM_ROWS)
        report = admin.post("/api/answers/import", files=sent).json()
        assert report["num_new"] + report["num_same"] == NUM_ROWS
        assert admin.get("/api/answers").json()["total"] == NUM_ROWS
