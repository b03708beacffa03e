// What one vigie.yaml says (as data, with durations in seconds), as changes to `_config`.
local promql = import 'promql.libsonnet';

// What is set, without what is null.
local given(object) = { [key]: object[key] for key in std.objectFields(object) if object[key] != null };

// `off` on one side of a threshold means that this side never fires, which the defaults write as null.
local threshold(changes) =
  given(changes) +
  { [side]: null for side in ['warning', 'critical'] if std.get(changes, side) == false } +
  { [key]: promql.duration(changes[key]) for key in ['for', 'keep_firing_for'] if std.get(changes, key) != null };

// Seconds as Prometheus writes them.
local durations(object) = { [key]: promql.duration(object[key]) for key in std.objectFields(object) };

// snake_case, as vigie.yaml has it, to the camelCase of `_config`.
local camelCase(key) =
  local words = std.split(key, '_');
  words[0] + std.join('', [std.asciiUpper(word[0]) + word[1:] for word in words[1:]]);
local renamed(object) = { [camelCase(key)]: object[key] for key in std.objectFields(object) };

// What of the product is not in `sources` but read all the same: whether the generated configuration scrapes it, and the
// selector and the job of its series. A selector that somebody set says that they are there, whoever scrapes them.
local scraped(product) =
  local all = [
    { name: 'app', isOurs: product.app.metrics != [], selector: 'app', job: 'app' },
    { name: 'probes', isOurs: product.probes != [], selector: 'probes', job: 'blackbox' },
    { name: 'node', isOurs: product.stack.node != null, selector: 'node', job: 'node' },
    { name: 'supabase_feed', isOurs: product.stack.supabase != null, selector: 'supabase', job: 'supabase' },
  ];
  [each for each in all if each.isOurs || product.selectors[each.selector] != null];

function(product) {
  _config+:: {
    local config = self,

    product: product.product,
    timezone: product.timezone,
    sources: if product.sources == null then null else product.sources + [each.name for each in scraped(product)],
    selectors+: given(product.selectors),
    jobs:
      if product.jobs != null then product.jobs
      else super.jobs + [
        job
        for each in scraped(product)
        // Somebody else's job may have any name.
        for job in [promql.job(config.selectors[each.selector], if each.isOurs then each.job)]
        if job != null
      ],
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
