"""Read every page, each on its own: one that fails does not touch the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from vigie.core.api import Api, Vendor
from vigie.core.families import Families
from vigie.core.parts import Part
from vigie.core.source import Context, Poll, Source
from vigie.errors import Reason, SourceError
from vigie.sources.statuspages.config import StatusPage, StatusPagesConfig, requests_per_hour
from vigie.sources.statuspages.families import FAMILIES, READ, add_page
from vigie.sources.statuspages.formats import FORMATS, Page
from vigie.sources.statuspages.state import State

MONTH = 30 * 24
"""Hours."""


@dataclass(slots=True)
class _Watched:
    """A page, how it is reached, and what it said last, which stays for as long as numbers do."""

    page: StatusPage
    api: Api
    part: Part[State]


class StatusPagesSource(Source[StatusPagesConfig]):
    """What the product's vendors say of themselves on their status pages."""

    config_type = StatusPagesConfig
    families = FAMILIES

    def __init__(self, config: StatusPagesConfig, context: Context) -> None:
        super().__init__(config, context)
        self._patience = config.timeout / 2
        self._watched = {vendor: self._watch(vendor) for vendor in config.vendors}

    async def poll(self) -> Poll:
        """Read all pages at once; what one said last stays while it cannot be read, for as long as numbers do."""
        problems = await self._read_all()
        if len(problems) == len(self._watched):
            raise min(problems.values(), key=lambda problem: problem.retry_after or 0.0)
        families = Families()
        for vendor, watched in self._watched.items():
            families.add(READ, float(vendor not in problems), vendor)
            if watched.part.found is not None:
                add_page(families, vendor, watched.part.found, watched.page.components, self.config.max_components)
        return Poll(families, tuple(problems.values()))

    async def describe(self) -> str:
        """Each page and what it says."""
        problems = await self._read_all()
        if len(problems) == len(self._watched):
            raise min(problems.values(), key=lambda problem: problem.retry_after or 0.0)
        said = ", ".join(
            f"{vendor} {watched.part.found.status if watched.part.found and vendor not in problems else 'not read'}"
            for vendor, watched in self._watched.items()
        )
        spent = requests_per_hour(self.config)
        return f"{said}; Vigie sends {spent:.0f} requests an hour ({spent * MONTH:,.0f} a month), which nobody limits"

    async def close(self) -> None:
        """Give the connections up."""
        for watched in self._watched.values():
            await watched.api.close()

    def _watch(self, vendor: str) -> _Watched:
        page = self.config.page(vendor)
        api = Api(Vendor(f"The status page of {vendor}", page.url or ""), self.context, self._patience)
        form = FORMATS[page.format or "statuspage"]
        return _Watched(page, api, Part(lambda: self._read(vendor, api, form), 0.0, self.config.staleness))

    async def _read_all(self) -> dict[str, SourceError]:
        now, parts = self.context.now(), {vendor: watched.part for vendor, watched in self._watched.items()}
        await asyncio.gather(*(part.read_now(now) for part in parts.values() if part.is_due(now)))
        return {vendor: part.problem for vendor, part in parts.items() if part.problem is not None}

    async def _read(self, vendor: str, api: Api, form: type[Page]) -> State:
        try:
            async with asyncio.timeout(self._patience):
                return (await api.get("", form)).body.state()
        except TimeoutError:
            raise SourceError(Reason.TIMEOUT, f"The status page of {vendor} did not answer in time") from None
        except SourceError as error:
            raise _explained(vendor, error) from None


def _explained(vendor: str, error: SourceError) -> SourceError:
    """In the words of these settings: there is no `base_url`, and no key that could be wrong."""
    if error.reason in {Reason.AUTH, Reason.FORBIDDEN}:
        text = f"The status page of {vendor} is not public, status {error.status}; check `pages.{vendor}.url`"
    else:
        text = str(error).replace("`base_url`", f"`pages.{vendor}.url`")
    return SourceError(error.reason, text, retry_after=error.retry_after, status=error.status)
