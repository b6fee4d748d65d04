"""A sealed runtime opens no local sockets, and still finds machines by their names."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sealing import HERE, ROOT, answer, started

DEADLINE_S = 30


def test_localhost_is_found_without_a_name_services_socket() -> None:
    with started("seal_names.py", "localhost", profile="runtime") as process:
        found = answer(process)["localhost"]
    assert isinstance(found, list)
    assert {"127.0.0.1", "::1"} & set(found)


def test_names_come_from_hosts_and_from_plain_dns(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("NOT TRIED: a name server of our own needs root and util-linux's unshare")
    if subprocess.run(["unshare", "-mn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("NOT TRIED: this root may not make namespaces")
    names = ("named-in-hosts", "named-in-dns.example")
    argv = ["unshare", "--mount", "--net", sys.executable, str(HERE / "seal_dns.py"), str(tmp_path)]
    run = subprocess.run(
        [*argv, *names],
        env={**os.environ, "PYTHONPATH": f"{HERE}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert run.returncode == 0, run.stderr
    found = ast.literal_eval(run.stdout)
    assert found == {"named-in-hosts": ["192.0.2.9"], "named-in-dns.example": ["192.0.2.7"]}
