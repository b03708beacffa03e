// Small words of PromQL that several signals share.
{
  // A number as PromQL and people write it, the same in every implementation of jsonnet.
  number(x):: if x == std.floor(x) then '%d' % x else '%g' % x,

  // Seconds as a duration of Prometheus: 90 is "90s", 600 is "10m".
  duration(seconds)::
    if seconds % 3600 == 0 then '%dh' % (seconds / 3600)
    else if seconds % 60 == 0 then '%dm' % (seconds / 60)
    else '%ds' % seconds,

  // A duration of Prometheus with one unit as seconds: "10m" is 600.
  seconds(duration)::
    local unit = { s: 1, m: 60, h: 3600, d: 86400 };
    local last = std.length(duration) - 1;
    assert std.objectHas(unit, duration[last:]) : "expected a duration such as 30s, 5m or 1h, got '%s'" % duration;
    std.parseInt(duration[:last]) * unit[duration[last:]],

  // Name of the job that a selector such as 'job="app",handler!="/health"' asks for; `otherwise` where it names none.
  job(selector, otherwise)::
    local parts = [std.stripChars(part, ' ') for part in std.split(selector, ',')];
    local named = [std.split(part, '"')[1] for part in parts if std.startsWith(part, 'job="')];
    if named == [] then otherwise else named[0],

  // Rounded to a millionth: 5 of 100 is exactly 5%, and not one bit above the threshold of 5%. For what is compared with a
  // threshold, not for what others divide by.
  exact(expr)::
    local lines = std.split(std.rstripChars(expr, '\n'), '\n');
    if std.length(lines) == 1 then 'round(%s, 1e-6)' % expr
    else std.join('\n', ['round('] + ['  ' + line for line in lines] + [', 1e-6)']),

  // Events per second of a counter of Vigie's; two Vigies that count the same count once.
  rate(counter, selector, window)::
    'max by (product) (sum by (product, instance) (rate(%s{%s}[%s])))' % [counter, selector, window],

  // A gauge of Vigie's by these labels: the best informed of two Vigies wins.
  gauge(name, selector, by=[])::
    'max by (%s) (%s{%s})' % [std.join(', ', ['product'] + by), name, selector],

  // The latest value of a recorded gauge, through missed scrapes.
  latest(record, config):: 'last_over_time(%s[%s])' % [record, config.gaugeWindow],

  // Events of `part` per event of `whole` (both rates with the same labels); 0 where there was no event, or never one of
  // the part: nothing went wrong.
  share(part, whole):: $.exact(|||
    %(part)s / (%(whole)s > 0)
    or
    0 * %(whole)s
  ||| % { part: part, whole: whole }),

  // A percentile of a classic histogram, or nothing where nothing was observed (NaN is not above 0).
  quantile(q, buckets, by):: $.exact('histogram_quantile(%s, sum by (%s, le) (%s)) >= 0' % [$.number(q), by, buckets]),
}
