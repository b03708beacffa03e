// What one vigie.yaml says (as data, with durations in seconds), as changes to `_config`.
local promql = import 'promql.libsonnet';

// What is set, without what is null.
local given(object) = { [key]: object[key] for key in std.objectFields(object) if object[key] != null };

// `off` on one side of a threshold means that this side never fires, which the defaults write as null.
local threshold(changes) =
  given(changes) +
  { [side]: null for side in ['warning', 'critical'] if std.get(changes, side) == false } +
  { [key]: promql.duration(changes[key]) for key in ['for'] if std.get(changes, key) != null };

// Seconds as Prometheus writes them.
local durations(object) = { [key]: promql.duration(object[key]) for key in std.objectFields(object) };

// snake_case, as vigie.yaml has it, to the camelCase of `_config`.
local camelCase(key) =
  local words = std.split(key, '_');
  words[0] + std.join('', [std.asciiUpper(word[0]) + word[1:] for word in words[1:]]);
local renamed(object) = { [camelCase(key)]: object[key] for key in std.objectFields(object) };

// What of the product is not in `sources` but read all the same. A selector that somebody set says that the series are
// there, whoever scrapes them.
local scraped(product) =
  local selected(name) = product.selectors[name] != null;
  (if product.app.metrics != [] || selected('app') then ['app'] else []) +
  (if product.probes != [] || selected('probes') then ['probes'] else []) +
  (if product.stack.node != null || selected('node') then ['node'] else []) +
  (if product.stack.supabase != null || selected('supabase') then ['supabase_feed'] else []);

function(product) {
  _config+:: {
    local config = self,

    product: product.product,
    timezone: product.timezone,
    sources: if product.sources == null then null else product.sources + scraped(product),
    selectors+: given(product.selectors),
    jobs:
      if product.jobs != null then product.jobs
      else super.jobs + if std.member(scraped(product), 'app') then [promql.job(config.selectors.app, 'app')] else [],
    windows+: durations(product.windows),
    slo+: product.slo,
    routing+: renamed(durations(product.routing)),
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
