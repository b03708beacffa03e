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

  // A function that gives a query about one product alone: several may share a Prometheus, each with rules of its own. What
  // stands between braces names the product already (main.libsonnet); here it is put behind every recorded series. Each name
  // becomes one character first, the longest name before those that it begins with.
  onlyOf(product, records)::
    local names = std.reverse(std.sort(records, std.length));
    local selector = 'product="%s"' % product;
    // Arrays, whose elements are computed once; those of objects are at every access.
    local marks = std.mapWithIndex(
      function(index, name)
        local mark = std.char(57344 + index);
        [name, mark, mark + '{', name + '{' + selector + ',', name + '{' + selector + '}'],
      names
    );
    local marked(query, mark) = std.strReplace(query, mark[0], mark[1]);
    local named(query, mark) = std.strReplace(std.strReplace(query, mark[2], mark[3]), mark[1], mark[4]);
    function(query) std.foldl(named, marks, std.foldl(marked, marks, query)),

  // Whether Vigie reads all of a source, through missed scrapes, but for less long than `latest` looks back.
  isRead(source):: 'last_over_time(product_source:vigie_source_up:max{source="%s"}[1m]) == 1' % source,

  // Events of `part` per event of `whole` (both rates with the same labels); 0 where there was no event, or never one of
  // the part: nothing went wrong. `known` is there as long as that can be said.
  share(part, whole, known=whole):: $.exact(|||
    %(part)s / (%(whole)s > 0)
    or
    0 * %(known)s
  ||| % { part: part, whole: whole, known: known }),

  // A percentile of a classic histogram, or nothing where nothing was observed (NaN is not above 0).
  quantile(q, buckets, by):: $.exact('histogram_quantile(%s, sum by (%s, le) (%s)) >= 0' % [$.number(q), by, buckets]),
}
