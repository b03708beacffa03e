// Shares of events that fail. Each is judged over a short window, which sees a fault soon, and over an hour, in which few
// events come to be enough.
local chance = import 'chance.libsonnet';
local promql = import 'promql.libsonnet';

local hour = '1h';
// The sum of a rate over an hour, minute by minute; what is missing counts as nothing, so that a product that has just
// begun to be watched has no more events than were seen.
local summed(expr) = 'sum_over_time(%s[%s:1m])' % [expr, hour];

// The name of a recorded rate, over an hour.
local overHour(record, window) =
  assert std.endsWith(record, 'rate' + window);
  record[:std.length(record) - std.length(window)] + hour;

{
  // The alert's `share` for a signal: the events of which it is a share, their window, and what is recorded of the hour;
  // without that where the window is as long itself.
  judged(record, events, window):: {
    events: events,
    window: window,
    hour: if promql.seconds(window) < promql.seconds(hour) then {
      record: overHour(record, window),
      events: overHour(events, window),
      window: hour,
    },
  },

  // The signals that are recorded for it.
  hourly(signal, events)::
    local judged = signal.alert.share;
    if judged.hour == null then [] else [
      {
        name: events.name + 'Hour',
        title: events.title + ', 1 h',
        description: events.description + ' Over an hour.',
        unit: events.unit,
        record: judged.hour.events,
        sources: { [source]: summed(judged.events) + ' / 60' for source in std.objectFields(events.sources) },
      },
      {
        name: signal.name + 'Hour',
        title: signal.title + ', 1 h',
        description: signal.description + ' Over an hour.',
        unit: signal.unit,
        record: judged.hour.record,
        sources: {
          [source]: promql.exact('%s / (60 * %s > 0)' % [
            summed('(%s * %s)' % [signal.record, judged.events]),
            judged.hour.events,
          ])
          for source in std.objectFields(signal.sources)
        },
      },
    ],

  // Whether more failed than chance explains; at least `minimum` events are known to be there.
  certain(record, events, window, threshold, minimum)::
    local count = '%s * %d' % [events, promql.seconds(window)];
    std.join('\nand\n', std.prune([
      if chance.most(threshold, minimum) < chance.failures + 0.5 then
        'round(%s * %s) >= %d' % [record, count, chance.failures],
      if threshold > 0 then '(%s - %s) * sqrt(%s / %s) > %s' % [
        record,
        promql.number(chance.mean(threshold)),
        count,
        promql.number(chance.variance(threshold)),
        promql.number(chance.deviations),
      ],
    ])),

  // Whether the hour's share is beyond a threshold, until what came in the short window is not.
  overHour(record, judged, threshold):: |||
    %(hour)s > %(limit)s
    and
    %(certain)s
    unless
    (%(record)s <= %(limit)s and %(events)s > 0)
  ||| % {
    hour: judged.hour.record,
    record: record,
    events: judged.events,
    limit: promql.number(threshold),
    certain: $.certain(judged.hour.record, judged.hour.events, judged.hour.window, threshold, 0),
  },
}
