// Percentiles of few events: two slow requests of thirty are the slowest 5%, which says nothing of the others. The fewer
// there are, the more of them must be slow: a lower percentile must be beyond the threshold too.
local chance = import 'chance.libsonnet';
local promql = import 'promql.libsonnet';

{
  // The alert's `steady` for a percentile, lower ones falling: each with the number of events from which on it is enough.
  steady(quantile, lower, record, events, window):: {
    events: events,
    window: window,
    from: $.from(quantile, quantile),
    lower: [{ record: record(each), from: $.from(quantile, each) } for each in lower],
  },

  // Events from which on it is no chance that a lower percentile is beyond the threshold.
  from(quantile, lower):: chance.events(1 - quantile, 1 - lower),

  // Whether enough of the events are slow; at least `minimum` events are known to be there.
  certain(steady, threshold, minimum)::
    local enough(from) =
      if from > minimum then ['round(%s * %d) >= %d' % [steady.events, promql.seconds(steady.window), from]] else [];
    local slow(each) = '%s > %s' % [each.record, promql.number(threshold)];
    local ways = [enough(steady.from)] + [[slow(each)] + enough(each.from) for each in steady.lower];
    '(\n  %s\n)' % std.join('\n  or\n  ', [std.join(' and ', way) for way in ways]),
}
