// Which probes look at the application itself: those of a page with the scheme, host and port of its metrics.
local standard = { http: ':80', https: ':443' };

local origin(url) =
  local scheme = std.asciiLower(std.split(url, '://')[0]);
  local rest = std.splitLimit(url, '://', 1)[1];
  local address = std.asciiLower(std.split(std.split(std.split(rest, '/')[0], '?')[0], '#')[0]);
  local port = std.get(standard, scheme, '');
  scheme + '://' +
  (if port != '' && std.endsWith(address, port) then address[:std.length(address) - std.length(port)] else address);

function(config)
  local own = [origin(target.url) for target in config.appMetrics];
  local probes = [probe.name for probe in config.probes if std.member(own, origin(probe.url))];
  {
    // What `repeats` says of a page about the application: its own SiteDown tells it already. That of another page does not.
    isDown:: if probes == [] then [] else [{ alert: 'SiteDown', labels: ',probe=~"%s"' % std.join('|', probes) }],
  }
