// Uptime and SLO: what visitors see, from inside and from outside, and what is left of what was promised.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local slo = import 'lib/slo.libsonnet';
local subject = import 'lib/subject.libsonnet';
local thresholds = import 'lib/thresholds.libsonnet';

function(config, signals, kit)
  local budget = slo(config, signals, kit);
  local probed(title, description, unit) = subject.new(title, description, unit, 'blackbox');
  local outside(title, description, unit) = subject.new(title, description, unit, 'uptime');
  local probe(name, by) = 'max by (%s) (%s)' % [std.join(', ', by), kit.of('probes', name)];
  local monitor = '{{monitor}}, {{provider}}';
  // Pages that are probed from inside, and monitors outside: as many of the two as the product has.
  local seen = std.filter(
    function(each) each.signal.sources != {},
    [{ signal: signals.siteUp, legend: '{{probe}}' }, { signal: signals.monitorUp, legend: monitor }]
  );

  dashboard.new(
    'uptime',
    'What visitors see: pages probed from inside and from outside, certificates, and what is left of the promise.',
    config
  ) +
  dashboard.withTime('6h') +
  dashboard.withRows([
    layout.row('Is the site up?', [
      layout.line(8, [
        kit.states(signals.siteUp) + panel.withShare(10),
        kit.states(signals.monitorUp) + panel.withShare(10),
        budget.left('Availability') + panel.withShare(4),
      ]),
      layout.line(8, [
        panel.newTrend(probed('Time to load', 'Time from asking for a probed page to its last byte.', 'seconds')) +
        panel.withSeveral + panel.withQuery(
          probe('probe_duration_seconds', ['probe']),
          '{{probe}}'
        ) + panel.withShare(10),
        panel.newTrend(
          outside(
            'Time to load from outside',
            'Time to answer that the provider measured, from its own places in the world.',
            'seconds'
          )
        ) +
        panel.withSeveral + panel.withPace('1m') +
        panel.withQuery(
          kit.gauge('uptime_monitor_response_seconds', ['provider', 'monitor']),
          monitor
        ) + panel.withShare(10),
        budget.left('Latency') + panel.withShare(4),
      ]),
    ]),
    layout.row('Was the promise kept?', [
      layout.line(12, [
        std.foldl(
          function(built, each)
            built + panel.withInstant('avg_over_time(%s[$__range])' % kit.series(each.signal), each.legend),
          seen,
          panel.newRanking(subject.new(
            'Time up',
            'Share of the time shown in which each page answered, one failed probe alone left out.',
            'ratio',
            if seen == [] then 'none' else subject.sourceOf(seen[0].signal),
            { limits: thresholds.shares(0.999, 0.99) },
          ))
        ),
        budget.burn('Availability'),
        budget.burn('Latency'),
      ]),
    ]),
    layout.row('What takes the time, and what ends soon?', [
      layout.line(8, [
        panel.newStack(
          probed(
            'Phases of loading',
            'Mean time of each phase over all probed pages: a slow resolve is DNS, a slow processing the application.',
            'seconds'
          )
        ) +
        panel.withQuery('avg by (phase) (%s)' % kit.of('probes', 'probe_http_duration_seconds'), '{{phase}}'),
        panel.newRanking(subject.of(signals.certificate, config) { title: 'Certificates' }) +
        panel.withInstant(kit.series(signals.certificate), '{{probe}}{{monitor}}') +
        panel.withQuiet('No page with a certificate is probed'),
        panel.newRanking(
          outside('Domains', 'Days until the registration of a domain ends; after that anybody may buy it.', 'days')
        ) +
        panel.withInstant(
          '(%s - time()) / 86400' % kit.gauge(
            'uptime_monitor_domain_expiry_timestamp_seconds',
            ['provider', 'monitor']
          ), monitor
        ) +
        panel.withQuiet('The provider names no end of a domain'),
      ]),
    ]),
  ])
