"""What is asked, in GraphQL: as much as may be in one request, as requests are what a plan counts."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = 100
"""Services, and volumes, of one page."""
MEASUREMENTS = (
    "CPU_USAGE",
    "CPU_LIMIT",
    "MEMORY_USAGE_GB",
    "MEMORY_LIMIT_GB",
    "DISK_USAGE_GB",
    "EPHEMERAL_DISK_USAGE_GB",
)
BILLED = ("CPU_USAGE", "MEMORY_USAGE_GB", "DISK_USAGE_GB", "NETWORK_TX_GB")

PLACE = "query Place { projectToken { projectId environmentId } }"

_INSTANCES = """
  environment(id: $environment, projectId: $project) {
    name
    serviceInstances(first: $first, after: $services) {
      edges { node {
        serviceId serviceName numReplicas
        latestDeployment { id status createdAt }
        activeDeployments { id status createdAt instances { id status } }
        domains { serviceDomains { id } customDomains { id } }
      } }
      pageInfo { hasNextPage endCursor }
    }
    volumeInstances(first: $first, after: $volumes) {
      edges { node { id serviceId currentSizeMB sizeMB state volume { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
"""
_CURSORS = "$environment: String!, $project: String!, $first: Int, $services: String, $volumes: String"

_METRICS = """
  metrics(environmentId: $environment, startDate: $since, sampleRateSeconds: $step, groupBy: [SERVICE_ID],
      measurements: $measurements) {
    measurement tags { serviceId } values { ts value }
  }
"""
_DEPLOYMENTS = """
  deployments(first: 100, input: { projectId: $project, environmentId: $environment,
      status: { in: [CRASHED, FAILED, REMOVED, SLEEPING, SUCCESS] } }) {
    edges { node { id serviceId status createdAt } }
  }
"""
_HEAD = f"query Environment({_CURSORS}, $since: DateTime!, $step: Int!, $measurements: [MetricMeasurement!]!)"
ENVIRONMENT = f"{_HEAD} {{{_INSTANCES}{_METRICS}{_DEPLOYMENTS}}}"
WITHOUT_DEPLOYMENTS = f"{_HEAD} {{{_INSTANCES}{_METRICS}}}"
"""For a token that may not list deployments."""
MORE = f"query More({_CURSORS}) {{{_INSTANCES}}}"

COST = """query Cost($project: String!, $measurements: [MetricMeasurement!]!) {
  estimatedUsage(projectId: $project, measurements: $measurements) { measurement estimatedValue }
}"""

_WINDOW = "environmentId: $environment, startDate: $start, endDate: $end"


def http(services: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The query for the visitors of several services at once, and its variables: `d0` and `c0` are the first's."""
    names = [f"s{number}" for number in range(len(services))]
    fields = [
        f"d{number}: httpDurationMetrics(serviceId: ${name}, {_WINDOW}) {{ samples {{ p50 p90 p95 p99 }} }}\n"
        f"  c{number}: httpMetricsGroupedByStatus(serviceId: ${name}, {_WINDOW}) {{ statusCode samples {{ value }} }}"
        for number, name in enumerate(names)
    ]
    variables = "".join(f", ${name}: String!" for name in names)
    body = "\n  ".join(fields)
    text = f"query Http($environment: String!, $start: DateTime!, $end: DateTime!{variables}) {{\n  {body}\n}}"
    return text, dict(zip(names, services, strict=True))
