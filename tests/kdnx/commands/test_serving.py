"""`serve` as people start and stop it: a process of its own, a port, a signal."""

import asyncio
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, port, *more):
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KDNX_")} | {
        "KDNX_PG_UNSAFE": "1"
    }
    if wanted := os.environ.get("KDNX_PG_BIN"):
        environ["KDNX_PG_BIN"] = wanted
    return subprocess.Popen(
        [sys.executable, "-m", "kdnx", "--data", str(folder), "serve", "--port", str(port), *more],
        stderr=subprocess.PIPE, env=environ,
    )  # fmt: skip


async def ready(port, process):
    async with httpx.AsyncClient() as http:
        for _ in range(300):
            assert process.poll() is None, process.stderr.read().decode()[-2000:]
            try:
                if (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("no answer")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order_and_the_database_with_it(tmp_path, number):
    tmp_path.chmod(0o711)
    port = free_port()
    process = start(tmp_path, port)
    try:
        await ready(port, process)
        process.send_signal(number)
        assert await asyncio.to_thread(process.wait, 30) == 0, process.stderr.read().decode()[
            -2000:
        ]
    finally:
        process.kill()
        process.stderr.close()
    assert not list(tmp_path.rglob("postmaster.pid"))


async def test_several_processes_end_together_and_the_background_work_with_them(tmp_path):
    tmp_path.chmod(0o711)
    port = free_port()
    process = start(tmp_path, port, "--workers", "2")
    try:
        await ready(port, process)
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 60)
    finally:
        process.kill()
        process.stderr.close()
    assert not list(tmp_path.rglob("postmaster.pid"))


async def test_a_taken_port_is_said_with_the_remedy(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, taken.getsockname()[1])
        _out, said = await asyncio.to_thread(process.communicate, None, 30)
    assert process.returncode == 1
    assert "ist belegt" in said.decode()
    assert "--port" in said.decode()
