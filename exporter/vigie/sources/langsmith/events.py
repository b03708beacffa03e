"""What a run that ended adds to which counters."""

from __future__ import annotations

from vigie.core.ledger import count, observe
from vigie.core.state import Event, Series
from vigie.sources.langsmith import families as f
from vigie.sources.langsmith.answers import ERROR, STOPPED, Run


def event(run: Run, project: str, model: str) -> Event:
    """
    A final run as an event; it happened when it ended.

    Tokens and cost are those of calls of models only, each its own: a root run may carry the sum of its children.
    """
    amounts: dict[Series, float] = {}
    seconds = max((run.end or run.start) - run.start, 0.0)
    if run.is_root:
        amounts |= count(f.RUNS, 1.0, project) | observe(f.RUN_DURATION, seconds, project)
        if run.state == ERROR:
            amounts |= count(f.RUN_ERRORS, 1.0, project)
        elif run.state == STOPPED:
            amounts |= count(f.RUNS_STOPPED, 1.0, project)
    if run.is_llm:
        amounts |= observe(f.LLM_CALL_DURATION, seconds, project) | _call(run, project, model)
    return Event(run.id, run.end or run.start, amounts)


def _call(run: Run, project: str, model: str) -> dict[Series, float]:
    both = (f.LLM_CALLS.name, (project,)), (f.MODEL_CALLS.name, (project, model))
    amounts: dict[Series, float] = dict.fromkeys(both, 1.0)
    if run.state == ERROR:
        amounts |= count(f.LLM_CALL_ERRORS, 1.0, project) | count(f.MODEL_ERRORS, 1.0, project, model)
    elif run.state == STOPPED:
        amounts |= count(f.LLM_CALLS_STOPPED, 1.0, project)
    if run.cost:
        amounts |= count(f.COST, run.cost, project) | count(f.MODEL_COST, run.cost, project, model)
    unsplit = max(run.tokens - run.prompt - run.completion, 0.0)
    for direction, tokens in (("prompt", run.prompt), ("completion", run.completion), ("unknown", unsplit)):
        if tokens:
            amounts[f.TOKENS.name, (project, direction)] = tokens
            amounts[f.MODEL_TOKENS.name, (project, model, direction)] = tokens
    return amounts
