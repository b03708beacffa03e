// The same rules, targets and dashboards as objects for the Prometheus operator and for the sidecar of Grafana.

// scrape_interval is scrapeInterval there; the names of labels and parameters are the user's own and stay.
local camelCase(key) =
  local words = std.split(key, '_');
  words[0] + std.join('', [std.asciiUpper(word[0]) + word[1:] for word in words[1:]]);
local renamed = {
  relabel_configs: 'relabelings',
  metric_relabel_configs: 'metricRelabelings',
};
local verbatim = ['labels', 'params'];
local translated(value) =
  if std.isArray(value) then std.map(translated, value)
  else if !std.isObject(value) then value
  else {
    [std.get(renamed, key, camelCase(key))]: if std.member(verbatim, key) then value[key] else translated(value[key])
    for key in std.objectFields(value)
  };

{
  local config = $._config,
  local settings = config.kubernetes,

  local object(api, kind, name, labels={}) = {
    apiVersion: api,
    kind: kind,
    metadata: {
      name: name,
      [if settings.namespace != null then 'namespace']: settings.namespace,
      labels: { 'app.kubernetes.io/part-of': 'vigie' } + settings.labels + labels,
    },
  },

  // Jobs may have names that objects may not have.
  local allowed = std.stringChars('abcdefghijklmnopqrstuvwxyz0123456789-'),
  local named(name) =
    local characters = [if std.member(allowed, each) then each else '-' for each in std.stringChars(std.asciiLower(name))];
    if name == 'vigie' then name else 'vigie-' + std.join('', characters),

  // The operator gives each job a name of its own making, but the rules select by ours. What is a file for Prometheus comes
  // from a Secret of the same name as the object.
  local scrape(job) =
    local name = named(job.job_name);
    local secret(key) = { name: name, key: key };
    local operators = ['job_name', 'scheme', 'basic_auth', 'authorization', 'tls_config', 'follow_redirects'];
    object('monitoring.coreos.com/v1alpha1', 'ScrapeConfig', name) {
      spec: { scrapeInterval: config.scrapeInterval, scrapeTimeout: config.scrapeTimeout } + translated({
        [key]: job[key]
        for key in std.objectFields(job)
        if !std.member(operators, key)
      }) + {
        [if std.objectHas(job, 'scheme') then 'scheme']: std.asciiUpper(job.scheme),
        [if std.objectHas(job, 'basic_auth') then 'basicAuth']: {
          [key]: secret(key)
          for key in ['username', 'password']
        },
        [if std.objectHas(job, 'authorization') then 'authorization']: { type: 'Bearer', credentials: secret('token') },
        [if std.objectHas(job, 'tls_config') then 'tlsConfig']: { ca: { secret: secret('ca') } },
        relabelings: [{ targetLabel: 'job', replacement: job.job_name }] + translated(std.get(job, 'relabel_configs', [])),
      },
    },

  local rules = object('monitoring.coreos.com/v1', 'PrometheusRule', 'vigie') {
    spec: { groups: $.allRules.groups },
  },

  local board(file) =
    local name = std.strReplace(file, '.json', '');
    object('v1', 'ConfigMap', 'vigie-dashboard-' + name, { grafana_dashboard: '1' }) {
      data: { ['vigie-' + file]: std.manifestJsonMinified($.grafanaDashboards[file]) },
    },

  // Every rule, at a pace of its own where the server's default is not ours to set.
  allRules:: {
    groups: [
      group { interval: config.scrapeInterval }
      for group in $.prometheusRules.groups + $.prometheusAlerts.groups
      if group.rules != []
    ],
  },

  // File name to object.
  kubernetesObjects:: if settings == null then {} else
    local objects = [rules] + std.map(scrape, $.prometheusConfig.scrape_configs) +
                    std.map(board, std.objectFields($.grafanaDashboards));
    { ['%s-%s.yaml' % [std.asciiLower(it.kind), it.metadata.name]]: it for it in objects },

  // What `mimirtool rules load` takes: one namespace of a ruler.
  mimirRules:: if config.mimir == null then {} else
    { 'vigie.yaml': { namespace: config.mimir.namespace } + $.allRules },
}
