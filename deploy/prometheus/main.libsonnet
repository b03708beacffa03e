// The whole configuration of Prometheus: whom to scrape, which rules to load, whom to tell.
local promql = import '../../signals/promql.libsonnet';

// https://host:port/path as the parts that a scrape configuration takes.
local parts(url) =
  local scheme = std.splitLimit(url, '://', 1);
  local address = std.splitLimit(scheme[1], '/', 1);
  {
    scheme: scheme[0],
    address: address[0],
    path: '/' + if std.length(address) > 1 then address[1] else 'metrics',
  };

{
  local config = $._config,
  local labels = { product: config.product },
  local static(address) = [{ targets: [address], labels: labels }],

  local vigie = { job_name: 'vigie', static_configs: static(config.stack.vigie) },
  local node = { job_name: 'node', static_configs: static(config.stack.node) },
  local app =
    local url = parts(config.appMetrics);
    { job_name: 'app', scheme: url.scheme, metrics_path: url.path, static_configs: static(url.address) },

  // The probe's own pace and name come as labels of its target; the page to probe goes into the request.
  local probes = {
    job_name: 'blackbox',
    metrics_path: '/probe',
    params: { module: ['page'] },
    scrape_timeout: '%ds' % (config.probeTimeout + 2),
    static_configs: [
      {
        targets: [probe.url],
        labels: labels {
          probe: probe.name,
          interval: '%ds' % probe.interval,
          __scrape_interval__: '%ds' % probe.interval,
        },
      }
      for probe in config.probes
    ],
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], target_label: 'instance' },
      { target_label: '__address__', replacement: config.stack.blackbox },
    ],
  },

  prometheusConfig:: {
    global: {
      scrape_interval: config.scrapeInterval,
      evaluation_interval: config.scrapeInterval,
      scrape_timeout: config.scrapeTimeout,
    },
    rule_files: ['rules/*.yaml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [config.stack.alertmanager] }] }] },
    scrape_configs:
      [vigie] +
      (if config.appMetrics != null then [app] else []) +
      (if config.stack.node != null then [node] else []) +
      (if config.probes != [] then [probes] else []),
  },
}
