// All signals, in reading order, with every field there is.
//
// A signal is one number that says whether the product is well. It is written down once; rules, panels, routes and texts
// are made from it. Fields:
//
//   name         how the code calls it
//   title        how people call it
//   description  what it is and why it matters
//   unit         a name of units.libsonnet
//   record       the recorded series: level:metric:operation; null for what an alert reads directly
//   by           labels that its series have beside `product`
//   gauge        it is a snapshot, not a rate: an alert on it must survive missed scrapes
//   sources      where the number comes from: an expression for each source, one unless `perSource`. Those that the product
//                does not have are left out (sources.libsonnet); where none is left, so is the alert
//   perSource    the name of the source becomes the label `source`, so several may be recorded side by side
//   reads        what a source is called in sources.libsonnet, where that is not its name here
//   alert        when and how people are told, or null:
//     name         of the alert
//     settings     its thresholds and times are `_config.alerts[settings]`; the name, unless several signals share one
//     most         the threshold that is too high to work, where it is not the unit's
//     when         'above' or 'below' a threshold, 'down' (below 1), 'present' (has a series at all)
//     summary      one sentence that holds for every such alert
//     says         beginning of the description, with %(value)s for the value; the rest is made from the thresholds
//     action       what to do first
//     runbook      its number; runbooks/<number>-*.md
//     component    part of the product that is unwell: label, and component of the page
//     class        kind of trouble: label, and class of the page
//     owner        team that has to act: label
//     source       source of Vigie that the number depends on: label, so that SourceSilent can mute it
//     labels       other labels: `audience` (who is told beside the usual), `pattern` and `window` (which of
//                  several)
//     guard        { events, window }: rate of events that must make up `minimum` in the window, or null; without a window
//                  `events` is their number
//     onlyIf       another condition on the product, or null
//     greatest     the greatest value that there can be, or null
//     mutedBy      alerts that explain the warning of this one
//     repeats      pages that say the same as the page of this one, which then does not fire: [{ alert, labels }], where
//                  `labels` narrows them (',probe="api"')
//     groupBy      labels by which its messages are told apart, beside product and name; the others of a component share one
//     explainedBy  vendors whose incident (VendorIncident, label `vendor`) explains this one
function(config)
  local given = (import 'sources.libsonnet').given(config);
  local optional = { record: null, by: [], gauge: false, perSource: false, reads: {}, alert: null };
  local optionalInAlert = { when: 'above', guard: null, onlyIf: null, mutedBy: [], repeats: [], groupBy: [], explainedBy: [], source: null, labels: {}, greatest: null };
  // Locals are computed once, fields at every access.
  local complete(signal) =
    local reads(name) = std.get(std.get(signal, 'reads', {}), name, name);
    local could = [{ name: name, reads: reads(name) } for name in std.objectFields(signal.sources)];
    local sources = { [each.name]: signal.sources[each.name] for each in could if given(each.reads) };
    local alert =
      if std.get(signal, 'alert') == null then null
      else optionalInAlert { settings: signal.alert.name } + signal.alert;
    optional + signal + {
      // Every source that could give the number, whether the product has it or not.
      couldRead:: [each.reads for each in could],
      sources: sources,
      alert: alert,
    };
  local groups = [
    { name: 'site', signals: (import 'uptime.libsonnet')(config) },
    { name: 'api', signals: (import 'api.libsonnet')(config) },
    { name: 'slo', signals: (import 'slo.libsonnet')(config) },
    { name: 'jobs', signals: (import 'jobs.libsonnet')(config) + (import 'redis.libsonnet')(config) },
    { name: 'database', signals: (import 'database.libsonnet')(config) },
    { name: 'auth', signals: (import 'auth.libsonnet')(config) },
    { name: 'business', signals: (import 'business.libsonnet')(config) },
    { name: 'llm', signals: (import 'llm.libsonnet')(config) },
    { name: 'hosting', signals: (import 'hosting.libsonnet')(config) },
    { name: 'vendors', signals: (import 'vendors.libsonnet')(config) },
    { name: 'monitoring', signals: (import 'vigie.libsonnet')(config) },
  ];
  [group { signals: [complete(signal) for signal in super.signals] } for group in groups]
