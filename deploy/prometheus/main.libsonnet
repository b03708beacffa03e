// The whole configuration of Prometheus: whom to scrape, which rules to load, whom to tell.
local promql = import '../../signals/promql.libsonnet';

// Families of Supabase's feed that somebody can act on.
local kept = [
  'node_(cpu_seconds_total|load[0-9]+|memory_.*_bytes|filesystem_.*|disk_io_time_seconds_total|vmstat_oom_kill)',
  'pg_up',
  'pg_stat_database_num_backends',
  'max_connections_connection_count',
  'pg_settings_default_transaction_read_only',
  'pg_wal_size_mb',
  'pgbouncer_.*',
  'supavisor_connections_active',
  'pgrst_db_pool_.*',
  'gotrue_.*',
  'http_status_codes_total',
  'physical_replication_lag_.*',
  'realtime_postgres_changes_.*',
];

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

  // What of the feed is of use: the rest of a thousand series is about the machinery of Supabase.
  local supabase =
    local feed = config.stack.supabase;
    {
      job_name: 'supabase',
      scheme: 'https',
      metrics_path: '/customer/v1/privileged/metrics',
      scrape_interval: '1m',
      scrape_timeout: '30s',
      sample_limit: 5000,
      fallback_scrape_protocol: 'PrometheusText0.0.4',
      basic_auth: { username: 'service_role', password_file: feed.password_file },
      static_configs: static(feed.host),
      metric_relabel_configs: [{ source_labels: ['__name__'], regex: std.join('|', kept), action: 'keep' }],
    },

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
      (if config.stack.supabase != null then [supabase] else []) +
      (if config.probes != [] then [probes] else []),
  },
}
