"""The load: sends prepared requests over keep-alive connections, one after the other on each.

Runs as a process of its own, so that its work is not counted with the servers'. Reads one JSON object
{"port": …, "connections": [[request, …], …]} where a request is {"method", "path", "headers", "body"};
writes {"seconds", "statuses": {status: n}, "bytes": [smallest, largest], "milliseconds": [median, p95]}.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from typing import Any


def encode(request: dict[str, Any], port: int) -> bytes:
    body = request.get("body", "").encode()
    headers = {"Host": f"127.0.0.1:{port}", "Accept-Encoding": "gzip", **request.get("headers", {})}
    if body:
        headers["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request['method']} {request['path']} HTTP/1.1\r\n{head}\r\n".encode() + body


async def receive(reader: asyncio.StreamReader) -> tuple[int, int, bool]:
    """Status, size of the body, and whether the server closes the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    length = int(fields.get("content-length", 0))
    await reader.readexactly(length)
    return status, length, fields.get("connection") == "close"


async def run_connection(port: int, requests: list[bytes], record: Any) -> None:
    reader = writer = None
    for request in requests:
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        started = time.perf_counter()
        writer.write(request)
        status, size, closes = await receive(reader)
        record(status, size, time.perf_counter() - started)
        if closes:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def run(job: dict[str, Any]) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    sizes: list[int] = []
    times: list[float] = []

    def record(status: int, size: int, seconds: float) -> None:
        statuses[status] += 1
        sizes.append(size)
        times.append(seconds * 1000)

    prepared = [[encode(request, job["port"]) for request in requests] for requests in job["connections"]]
    started = time.perf_counter()
    async with asyncio.timeout(60):
        await asyncio.gather(*(run_connection(job["port"], requests, record) for requests in prepared))
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "statuses": dict(statuses),
        "bytes": [min(sizes), max(sizes)],
        "milliseconds": [statistics.median(times), statistics.quantiles(times, n=20)[-1]],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))
