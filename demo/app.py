"""
The product's web application: FastAPI with the metrics and health check that Vigie expects of one.

Run it with `python -m demo.app`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
import redis.asyncio
import structlog
from fastapi import Body, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_fastapi_instrumentator import Instrumentator
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from demo import tasks
from demo.serving import serve
from demo.settings import Settings

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:18px/1.6 system-ui;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p></html>"""
_CHECK_SECONDS = 2.0
"""How long a health check waits for the database or Redis."""

log = structlog.stdlib.get_logger("demo.app")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings.from_environment()
    pool = AsyncConnectionPool(
        settings.database,
        min_size=2,
        max_size=6,
        timeout=_CHECK_SECONDS,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "application_name": "demo-app"},
    )
    cache = redis.asyncio.from_url(settings.broker, socket_timeout=_CHECK_SECONDS)
    await pool.open()
    app.state.pool, app.state.cache = pool, cache
    try:
        yield
    finally:
        await asyncio.gather(pool.close(timeout=1), cache.aclose())


app = FastAPI(title="Demo product", lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
Instrumentator(excluded_handlers=["/metrics"]).instrument(app).expose(app, include_in_schema=False)


@app.get("/", response_class=HTMLResponse)
async def front() -> str:
    """The landing page."""
    return _PAGE.format(title="Demo product", text="Reports for people who like reports.")


@app.get("/login", response_class=HTMLResponse)
async def login_page() -> str:
    """The login page."""
    return _PAGE.format(title="Log in", text="This product knows nobody, so nobody gets in.")


@app.post("/login")
async def login(email: Annotated[str, Body(embed=True)], password: Annotated[str, Body(embed=True)]) -> dict[str, str]:
    """Let in whoever types the demo's password."""
    if password != "demo":  # noqa: S105 - a demo
        log.info("login.refused", domain=email.partition("@")[2])
        raise HTTPException(401, "e-mail or password is wrong")
    return {"status": "welcome"}


@app.post("/signup", status_code=201)
async def sign_up(request: Request, email: Annotated[str, Body(embed=True)]) -> dict[str, str]:
    """Make an account, the way that Supabase Auth does, and send a welcome."""
    async with request.app.state.pool.connection() as connection:
        await connection.execute("select auth.sign_up(%s)", [email])
    await asyncio.to_thread(tasks.send_email.delay, email)
    return {"status": "created"}


@app.get("/profiles/{number}")
async def profile(request: Request, number: int) -> dict[str, int]:
    """One customer's page; there are a hundred."""
    async with request.app.state.pool.connection() as connection:
        await connection.execute("select id from public.profiles limit 1")
    if not 0 < number <= 100:  # noqa: PLR2004 - as the docstring says
        raise HTTPException(404, "no such customer")
    return {"customer": number}


@app.post("/reports", status_code=202)
async def order_report(pages: Annotated[int, Query(ge=0, le=50)] = 5) -> dict[str, int]:
    """Order a report. One without pages divides by zero: the demo's own bug, so that it has an error rate."""
    seconds_per_page = round(3 / pages)
    await asyncio.to_thread(tasks.build_report.delay, pages)
    return {"pages": pages, "seconds": seconds_per_page * pages}


@app.post("/billing/{customer}", status_code=202)
async def order_billing(customer: int) -> dict[str, int]:
    """Have a customer's plan compared with the bank."""
    await asyncio.to_thread(tasks.sync_billing.delay, customer)
    return {"customer": customer}


@app.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 when the database and Redis answer, else 503, and which of them does not."""
    database, cache = await asyncio.gather(
        _check("database", _ask_database(request.app.state.pool)),
        _check("redis", request.app.state.cache.ping()),
    )
    checks = {"api": "ok", "database": database, "redis": cache}
    well = all(state == "ok" for state in checks.values())
    return JSONResponse(
        {"status": "healthy" if well else "degraded", "checks": checks}, status_code=200 if well else 503
    )


async def _ask_database(pool: AsyncConnectionPool[Any]) -> None:
    async with pool.connection() as connection:
        await connection.execute("select id from public.profiles limit 1")


async def _check(name: str, question: Awaitable[object]) -> str:
    try:
        await asyncio.wait_for(question, _CHECK_SECONDS)
    except (psycopg.Error, PoolTimeout, redis.exceptions.RedisError, OSError, TimeoutError) as error:
        log.warning("health.failed", check=name, error=type(error).__name__)
        return "error"
    return "ok"


def main() -> None:
    """Serve on `DEMO_HOST`:`DEMO_PORT`, loopback and 8000 unless set."""
    serve(app, os.environ.get("DEMO_HOST", "127.0.0.1"), int(os.environ.get("DEMO_PORT", "8000")))


if __name__ == "__main__":
    main()
