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

// How a target knows who we are, and how we know that it is who it says, as Prometheus and blackbox_exporter both write it.
// Redirects are not followed then, for the secret would go along to wherever they lead.
local credentials(target) =
  local given(key) = std.get(target, key) != null;
  {
    [if given('basic') then 'basic_auth']: target.basic,
    [if given('bearer') then 'authorization']: { type: 'Bearer', credentials_file: target.bearer.token_file },
    [if given('basic') || given('bearer') then 'follow_redirects']: false,
    [if given('ca_file') then 'tls_config']: { ca_file: target.ca_file },
  };

{
  local config = $._config,
  local labels = { product: config.product },
  local static(address) = [{ targets: [address], labels: labels }],
  local named(name, selector) = promql.job(config.selectors[selector], name),

  // Jobs have the names by which the rules select them.
  local vigie = { job_name: named('vigie', 'vigie'), static_configs: static(config.stack.vigie) },
  local node = { job_name: named('node', 'node'), static_configs: static(config.stack.node) },

  // Targets that are asked alike share a job; of several jobs all have the label of the first, by which the rules select.
  local how(target) =
    local url = parts(target.url);
    { scheme: url.scheme, metrics_path: url.path } + credentials(target) +
    (if std.get(target, 'params', {}) != {} then { params: target.params } else {}),
  local ways = std.foldl(
    function(found, target) if std.member(found, how(target)) then found else found + [how(target)],
    config.appMetrics,
    []
  ),
  // Services behind one address are told apart by their paths.
  local address(target) = parts(target.url).address,
  local isShared(target) = std.count(std.map(address, config.appMetrics), address(target)) > 1,
  local addresses(targets) =
    local alone = [address(target) for target in targets if !isShared(target)];
    (if alone == [] then [] else [{ targets: alone, labels: labels }]) + [
      { targets: [address(target)], labels: labels { instance: address(target) + parts(target.url).path } }
      for target in targets
      if isShared(target)
    ],
  local apps = std.mapWithIndex(
    function(index, way)
      local name = named('app', 'app');
      way {
        job_name: if index == 0 then name else '%s-%d' % [name, index + 1],
        static_configs: addresses([target for target in config.appMetrics if how(target) == way]),
        [if index > 0 then 'relabel_configs']: [{ target_label: 'job', replacement: name }],
      },
    ways
  ),

  // What of the feed is of use: the rest of a thousand series is about the machinery of Supabase.
  local supabase =
    local feed = config.stack.supabase;
    {
      job_name: named('supabase', 'supabase'),
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

  // The probe's own pace and name come as labels of its target; the page to probe goes into the request. A query may hold
  // what identifies somebody, so it stays out of the label that people see.
  local probes = {
    job_name: named('blackbox', 'probes'),
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
          [if credentials(probe) != {} then '__tmp_module']: $.probeModule(probe),
        },
      }
      for probe in config.probes
    ],
    local withModules = [probe for probe in config.probes if credentials(probe) != {}] != [],
    relabel_configs: [
      { source_labels: ['__address__'], target_label: '__param_target' },
      { source_labels: ['__param_target'], regex: '([^?#]*).*', target_label: 'instance' },
    ] + (
      if withModules then [{ source_labels: ['__tmp_module'], regex: '(.+)', target_label: '__param_module' }] else []
    ) + [
      { target_label: '__address__', replacement: config.stack.blackbox },
    ],
  },

  // Each page that asks who we are has a module of its own in blackbox_exporter.
  probeModule(probe):: 'page-' + probe.name,
  probeCredentials(probe):: credentials(probe),

  prometheusConfig:: {
    global: {
      scrape_interval: config.scrapeInterval,
      evaluation_interval: config.scrapeInterval,
      scrape_timeout: config.scrapeTimeout,
    },
    rule_files: ['rules/*.yaml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: config.stack.alertmanager }] }] },
    scrape_configs:
      [vigie] +
      apps +
      (if config.stack.node != null then [node] else []) +
      (if config.stack.supabase != null then [supabase] else []) +
      (if config.probes != [] then [probes] else []),
  },
}
