// What a visitor sees: pages that are probed from inside the stack.
function(config)
  local promql = import 'promql.libsonnet';
  local paces = std.set(config.probeIntervals);
  local selector(interval) =
    config.selectors.probes + if std.length(paces) > 1 then ',interval="%ds"' % interval else '';

  // 1 when any probe of the last minute and of the last two paces succeeded, 0 when all failed; nothing until there
  // were as many as belong into that window (one may be missed), so that a first failure after a start pages nobody.
  local latest(interval) =
    local window = interval + std.max(interval, 60);
    |||
      max by (product, probe) (max_over_time(probe_success{%(selector)s}[%(window)s]))
      and
      max by (product, probe) (count_over_time(probe_success{%(selector)s}[%(longer)s])) >= %(probes)d
    ||| % {
      selector: selector(interval),
      window: promql.duration(window),
      longer: promql.duration(window + interval),
      probes: std.floor(window / interval),
    };

  [
    {
      name: 'siteUp',
      title: 'Site',
      description: 'Whether a probed page answered, without a server error, in one of the latest probes.',
      unit: 'up',
      gauge: true,
      by: ['probe'],
      record: 'product_probe:probe_success:max',
      sources: { blackbox: std.join('or\n', [latest(interval) for interval in paces]) },
      alert: {
        name: 'SiteDown',
        component: 'site',
        class: 'availability',
        owner: 'backend',
        runbook: 'RB-001',
        when: 'down',
        groupBy: ['probe'],
        summary: 'The site is down.',
        says: 'The page {{ $labels.probe }} of {{ $labels.product }} fails or answers with a server error',
        action: 'Read the status and the latest logs of the service; if a release is to blame, roll it back.',
      },
    },
  ]
