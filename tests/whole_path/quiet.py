"""Panels that may be empty on a demo that has just begun, each with the reason."""

from __future__ import annotations

_CALM = "shows what goes wrong, and on the calm demo nothing may"
_RARE = "shows single events, and in the first minutes there may be none"
_NAMELESS = "is empty while some sign-ins are refused and the log names the account of none, as with wrong passwords"
_HISTORY = "compares with what is usual, which is read after the first minutes"

QUIET = {
    "api/Failures by route": _CALM,
    "business/Begun and ended": _RARE,
    "business/Blocked and disputed": _CALM,
    "business/Churn": _HISTORY,
    "business/Churn over time": _HISTORY,
    "business/Failures by reason": _CALM,
    "errors/Errors by project": _RARE,
    "errors/Events that were lost": _CALM,
    "frontend/Deployments": _RARE,
    "frontend/Page views": "needs a drain of Vercel, and the demo has none",
    "ops/Active alerts": _CALM,
    "signins/Guesses against normal": _HISTORY,
    "signins/Guesses against normal over time": _HISTORY,
    "signins/Guesses on one account": _NAMELESS,
    "signins/Guesses on one account over time": _NAMELESS,
    "signins/Guesses that logs can place": _CALM,
    "signins/Let in by method": _RARE,
    "signins/Refused by reason": _CALM,
    "vigie/Errors by source": _CALM,
    "vigie/Series dropped over time": _CALM,
    "workers/Failures by reason": _CALM,
    "workers/Oldest job in hand": "is empty while no job is in hand",
    "workers/Queue growth over time": _HISTORY,
    "workers/Retries by task": _CALM,
}
