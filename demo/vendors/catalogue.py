"""All simulated vendors as the demo runs them, and the settings by which Vigie reaches them."""

from __future__ import annotations

from collections.abc import Mapping

from demo.vendors import betterstack, langsmith, railway, sentry, statuspages, stripe, supabase, uptimerobot, vercel
from demo.vendors.framework import SimulatedVendor

KEY = "key-of-the-demo"
"""The credential that every simulated vendor takes."""


def vendors() -> dict[str, SimulatedVendor]:
    """Every vendor by its name, on an ordinary day."""
    shop = stripe.demo()
    shop.key = KEY
    errors = sentry.World(token=KEY)
    for project in errors.projects:
        if project.transactions:
            project.transactions.swing = 0.15
    site = vercel.World(token=KEY)
    for page in site.projects:
        page.swing, page.careful = 0.08, True
    return {
        "betterstack": betterstack.BetterStack(betterstack.World(token=KEY)),
        "langsmith": langsmith.LangSmith(langsmith.World(key=KEY, projects=_projects())),
        "railway": railway.Railway(railway.World(token=KEY)),
        "sentry": sentry.Sentry(errors),
        "statuspages": statuspages.StatusPages(),
        "stripe": stripe.Stripe(shop),
        "supabase": supabase.Supabase(supabase.World(token=KEY)),
        "uptimerobot": uptimerobot.UptimeRobot(uptimerobot.World(key=KEY)),
        "vercel": vercel.Vercel(site),
    }


def _projects() -> list[langsmith.Project]:
    """Projects that are called so often that their shares and percentiles are calm."""
    assistant = langsmith.Pace(12.0, error_ratio=0.004, call_error_ratio=0.002)
    summaries = langsmith.Pace(3.0, error_ratio=0.004, call_error_ratio=0.002, latency=2.4)
    return [langsmith.Project("assistant", pace=assistant), langsmith.Project("summaries", pace=summaries)]


def variables(url: str) -> Mapping[str, str]:
    """The variables of `vigie.yaml` that point it at simulators below `url`."""
    return {
        "BETTERSTACK_BASE_URL": f"{url}/betterstack",
        "BETTERSTACK_TOKEN": KEY,
        "LANGSMITH_API_KEY": KEY,
        "LANGSMITH_BASE_URL": f"{url}/langsmith",
        "RAILWAY_BASE_URL": f"{url}/railway/graphql/v2",
        "RAILWAY_TOKEN": KEY,
        "SENTRY_AUTH_TOKEN": KEY,
        "SENTRY_BASE_URL": f"{url}/sentry",
        "SENTRY_ORGANIZATION": "acme",
        "STATUSPAGES_BASE_URL": f"{url}/statuspages",
        "STRIPE_API_KEY": KEY,
        "STRIPE_BASE_URL": f"{url}/stripe",
        "STRIPE_MRR": "true",
        "STRIPE_READ_INTERVAL": "1m",
        "SUPABASE_ACCESS_TOKEN": KEY,
        "SUPABASE_BASE_URL": f"{url}/supabase",
        "SUPABASE_PROJECT": supabase.World().ref,
        "UPTIMEROBOT_API_KEY": KEY,
        "UPTIMEROBOT_BASE_URL": f"{url}/uptimerobot/v3",
        "VERCEL_BASE_URL": f"{url}/vercel",
        "VERCEL_TEAM_ID": vercel.OWNER,
        "VERCEL_TOKEN": KEY,
    }
