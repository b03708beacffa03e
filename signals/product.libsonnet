// What one vigie.yaml says (as data, with durations in seconds), as changes to `_config`.
local promql = import 'promql.libsonnet';

local given(object) = { [key]: object[key] for key in std.objectFields(object) if object[key] != null };

// `off` on one side of a threshold means that this side never fires, which the defaults write as null.
local threshold(changes) =
  given(changes) +
  { [side]: null for side in ['warning', 'critical'] if std.get(changes, side) == false } +
  { [key]: promql.duration(changes[key]) for key in ['for'] if std.get(changes, key) != null };

function(product) {
  _config+:: {
    product: product.product,
    timezone: product.timezone,
    jobs: ['vigie'] + if product.app.metrics != null then ['app'] else [],
    app+: { cpuCores: product.app.cpu_cores, memoryLimitBytes: product.app.memory_limit },
    numbers+: given(product.numbers),
    appMetrics: product.app.metrics,
    probes: product.probes,
    probeIntervals: if product.probes == [] then super.probeIntervals else [probe.interval for probe in product.probes],
    alerts+: { [name]+: threshold(product.thresholds[name]) for name in std.objectFields(product.thresholds) },
    channels: product.channels {
      escalation: [level { after: promql.duration(level.after) } for level in super.escalation],
    },
    links+: product.links,
    kubernetes: product.kubernetes,
    mimir: product.mimir,
    stack+: product.stack,
  },
}
