// Ops, the first page: nine numbers in three rows of three (fewer where the product has less), each large and coloured,
// with how it came to be so beside it; then what is wrong, what is left of the promise, and whether the numbers can be trusted.
local alerts = import 'lib/alerts.libsonnet';
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local slo = import 'lib/slo.libsonnet';
local subject = import 'lib/subject.libsonnet';
local thresholds = import 'lib/thresholds.libsonnet';
local words = import 'lib/words.libsonnet';

function(config, signals, kit)
  local budget = slo(config, signals, kit);
  local connections = (import 'lib/connections.libsonnet')(config, signals, kit);
  local beside(number, trend) = [number + panel.withShare(3), trend + panel.withShare(5)];
  local cell(signal, worst='max') = beside(kit.number(signal, worst) + kit.linked(signal), kit.trend(signal));

  local success =
    local failures = signals.jobFailures;
    local title = 'Job success rate';
    local text = 'Share of finished jobs that succeeded. No finished job counts as success.';
    local about(title) = subject.of(failures, config) {
      title: title,
      description: text,
      limits: thresholds.complement(super.limits),
    };
    local expr = '1 - ' + kit.series(failures);
    beside(
      panel.newNumber(about(title)) + panel.withInstant(expr, title) + kit.linked(failures),
      panel.newTrend(about(title + ' over time')) + panel.withFloor(0.7) + panel.withQuery(expr, title)
    );

  local vendors =
    local about = subject.of(signals.vendorOutages, config) {
      title: 'Vendors',
      unit: 'out',
      words: words.none('well'),
    };
    panel.newStates(about) + panel.withQuery(kit.series(signals.vendorOutages), '{{vendor}}');

  local used = signals.connectionsUsed;
  local grid = [
    {
      question: 'Are customers served well?',
      cells: [
        beside(kit.number(signals.requests) + kit.leadingTo('api'), kit.trend(signals.requests)),
        cell(signals.errorRate),
        cell(signals.latencyP95),
      ],
    },
    {
      question: 'Does the product have room?',
      cells: [
        cell(signals.cpu),
        cell(signals.memory),
        beside(
          kit.number(used, title='Connections') + kit.linked(used),
          connections.trend('Active connections over time')
        ),
      ],
    },
    {
      question: 'Does the work get done?',
      cells: [cell(signals.queueLength), cell(signals.workers, worst='min'), success],
    },
  ];

  dashboard.new(
    'ops',
    'Is the product well right now? Green is well, orange is a warning, red pages somebody.',
    config
  ) +
  dashboard.withRows(
    [layout.row(row.question, [layout.line(5, std.flattenArrays(row.cells))]) for row in grid] + [
      layout.row('What is wrong, since when, and where do I go?', [
        layout.line(8, [
          alerts(config, signals, kit) + panel.withShare(16),
          budget.left('Availability') + kit.leadingTo('uptime') + panel.withShare(4),
          budget.left('Latency') + kit.leadingTo('uptime') + panel.withShare(4),
        ]),
      ]),
      layout.row('Can the numbers be trusted, and are the vendors well?', [
        layout.line(10, [
          kit.states(signals.sourceUp, 'Sources of numbers'),
          vendors,
        ]),
      ]),
    ]
  )
