// Hosting: whether machines and services have room, and what was deployed.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  local about(title, description, unit, more={}) = subject.new(title, description, unit, 'railway', more);
  local ofProcess(title, description, unit) = subject.new(title, description, unit, 'app');
  local gauge(name, by, matchers='') = kit.gauge('railway_' + name, by, matchers);
  local service = ['service'];
  local named = '{{service}}';
  local share(used, limit, by) = '%s / (%s > 0)' % [gauge(used, by), gauge(limit, by)];
  local trend(title, description, unit, expr, legend) =
    panel.newTrend(about(title, description, unit)) +
    panel.withSeveral +
    panel.withPace('1m') +
    panel.withQuery(expr, legend);

  local deployments =
    panel.newTable(
      about('Deployments', 'The latest deployment of each service, and the copies of it that run.', 'text')
    ) +
    panel.withRows('1000 * %s' % gauge('deployment_created_timestamp_seconds', service)) +
    panel.withRows('sum by (service) (%s)' % gauge('service_instances', ['service', 'status'], 'status="running"')) +
    panel.withRows(gauge('service_replicas', service)) +
    panel.withColumns(['service', 'Value #A', 'Value #B', 'Value #C'], ['Service', 'Deployed', 'Running', 'Wanted']) +
    panel.withUnits({ Deployed: 'ago', Running: 'count', Wanted: 'count' }) +
    panel.withWidths({ Running: 100, Wanted: 100 });

  dashboard.new('hosting', 'Do machines and services have room, what was deployed, and what does it cost.', config) +
  dashboard.withTime('3h') +
  dashboard.withRows([
    layout.row('Does the product have room?', [
      layout.line(4, [
        kit.number(signals.cpu),
        kit.number(signals.memory),
        kit.number(signals.disk),
        kit.number(signals.deployment, 'min', said=['well', 'failed']),
      ]),
      layout.line(8, [kit.trend(signals.cpu), kit.trend(signals.memory), kit.trend(signals.disk)]),
    ]),
    layout.row('Which service is it?', [
      layout.line(8, [
        trend(
          'CPU by service',
          'Share of the CPU that a service may use, all copies together.',
          'ratio',
          share('service_cpu_usage_cores', 'service_cpu_limit_cores', service),
          named
        ),
        trend(
          'Memory by service',
          'Share of the memory that a service may use, all copies together.',
          'ratio',
          share('service_memory_usage_bytes', 'service_memory_limit_bytes', service),
          named
        ),
        trend(
          'Volumes',
          'Share of each volume in use.',
          'ratio',
          share('volume_used_bytes', 'volume_size_bytes', ['volume']),
          '{{volume}}'
        ),
      ]),
      layout.line(8, [
        trend(
          'Requests by service',
          'Requests in a second as the proxy of Railway counts them, by class of status.',
          'perSecond',
          gauge('http_requests_per_second', ['service', 'code']),
          '{{service}} {{code}}'
        ),
        trend(
          'Time to answer by service',
          'Time within which 95 of 100 requests are answered, at the proxy of Railway.',
          'seconds',
          gauge('http_duration_p95_seconds', service),
          named
        ),
        trend(
          'Copies that are not running',
          'Copies of active deployments in other states than running: crashed and restarting are the signs of a ' +
          'crash loop.',
          'count',
          'sum by (service) (%s)' % gauge(
            'service_instances',
            ['service', 'status'],
            'status=~"crashed|restarting|exited|stopped"'
          ),
          named
        ) + panel.withCeiling(1),
      ]),
    ]),
    layout.row('What was deployed, and what does it cost?', [
      layout.line(8, [
        deployments,
        kit.states(signals.deployment, 'State of deployments', ['well', 'failed']),
        panel.newRanking(
          about(
            'Cost of the period',
            'What the project will have cost at the end of the billing period, at list prices, by what is paid for.',
            'money'
          )
        ) +
        panel.withInstant(gauge('cost_estimate_dollars', ['resource']), '{{resource}}'),
      ]),
    ]),
    layout.row('Is the application itself well?', [
      layout.line(7, [
        panel.newTrend(
          ofProcess(
            'Memory of the application',
            'Memory of each process of the application: what only ever grows is a leak.',
            'bytes'
          )
        ) +
        panel.withSeveral + panel.withQuery(
          'max by (instance) (%s)' % kit.app('process_resident_memory_bytes'),
          '{{instance}}'
        ),
        panel.newTrend(
          ofProcess('CPU of the application', 'Cores in use by each process of the application.', 'cores')
        ) +
        panel.withSeveral + panel.withQuery(kit.appRate('process_cpu_seconds_total', ['instance']), '{{instance}}'),
        panel.newTrend(
          ofProcess(
            'Open files of the application',
            'Files and connections that each process of the application holds open.',
            'count'
          )
        ) +
        panel.withSeveral + panel.withQuery('max by (instance) (%s)' % kit.app('process_open_fds'), '{{instance}}'),
        panel.newTrend(
          subject.new(
            'Load',
            'Processes that run or wait for a CPU, on average over five minutes; more than there are cores means ' +
            'waiting.',
            'number',
            'node'
          )
        ) +
        panel.withSeveral + panel.withQuery('max by (instance) (%s)' % kit.of('node', 'node_load5'), '{{instance}}'),
      ]),
    ]),
  ])
