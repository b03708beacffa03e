// Ops: nine numbers in three rows of three, each large and coloured, with how it came to be so beside it.
local dashboard = import 'lib/dashboard.libsonnet';
local panel = import 'lib/panel.libsonnet';
local thresholds = import 'lib/thresholds.libsonnet';

local height = 7;
local width = { stat: 3, trend: 5 };

function(config, signals)
  local series(signal) = '%s{product="$product"}' % signal.record;
  local legend(signal) =
    if signal.by == [] then signal.title else std.join(' ', ['{{%s}}' % label for label in signal.by]);

  // A cell: the worst of all series as one number, and every series over time.
  local cell(signal, worst='max') = {
    local limits = thresholds.of(signal, config),
    stat:
      panel.stat(signal.title, signal.description, signal.unit, limits) +
      panel.query('%s(%s)' % [worst, series(signal)], signal.title),
    trend:
      panel.trend(signal.title + ' over time', signal.description, signal.unit, limits) +
      (if signal.by == [] then panel.one else panel.several) +
      panel.query(series(signal), legend(signal)),
  };

  local success =
    local failures = signals.jobFailures;
    local limits = thresholds.complement(thresholds.of(failures, config));
    local text = 'Share of finished jobs that succeeded. No finished job counts as success.';
    local expr = '1 - ' + series(failures);
    {
      stat: panel.stat('Job success rate', text, failures.unit, limits) + panel.query(expr, 'Job success rate'),
      trend:
        panel.trend('Job success rate over time', text, failures.unit, limits) +
        panel.one +
        panel.query(expr, 'Job success rate'),
    };

  // Thresholds are shares of the limit that the database sets, so their lines are computed beside the count.
  local connections =
    local used = signals.connectionsUsed;
    local limit = series(signals.connectionLimit);
    local settings = config.alerts[used.alert.name];
    cell(used) {
      trend:
        panel.trend('Active connections over time', signals.connections.description, 'count', []) +
        panel.one +
        panel.query(series(signals.connections), 'open') +
        std.foldl(
          function(built, side) built + panel.limit('%g * %s' % [settings[side], limit], side, thresholds.colours[side]),
          thresholds.sides(settings),
          {}
        ),
    };

  local rows = [
    {
      question: 'Are customers served well?',
      cells: [cell(signals.requests), cell(signals.errorRate), cell(signals.latencyP95)],
    },
    {
      question: 'Does the product have room?',
      cells: [cell(signals.cpu), cell(signals.memory), connections],
    },
    {
      question: 'Does the work get done?',
      cells: [cell(signals.queueLength), cell(signals.workers, worst='min'), success],
    },
  ];

  local place(row, y) =
    [panel.row(row.question) + panel.at(0, y, 24, 1)] +
    std.flattenArrays(std.mapWithIndex(
      function(column, cell)
        local x = column * (width.stat + width.trend);
        [
          cell.stat + panel.at(x, y + 1, width.stat, height),
          cell.trend + panel.at(x + width.stat, y + 1, width.trend, height),
        ],
      row.cells
    ));

  dashboard.new(
    config.dashboards.ops,
    'Ops',
    'Is the product well right now? Nine numbers; green is well, orange is a warning, red pages somebody.',
    config
  ) +
  dashboard.panels(std.flattenArrays(std.mapWithIndex(function(index, row) place(row, index * (height + 1)), rows)))
