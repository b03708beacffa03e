// Whether the database can be reached and has room, in the names of postgres_exporter.
function(config)
  local promql = import 'promql.libsonnet';
  local vigie = config.selectors.vigie;
  local database = {
    component: 'database',
    owner: 'backend',
    source: 'postgres',
    runbook: 'RB-002',
    explainedBy: ['supabase'],
  };

  [
    {
      name: 'databaseUp',
      title: 'Database',
      description: 'Whether a connection to the database succeeds and answers a query.',
      unit: 'up',
      gauge: true,
      record: 'product:pg_up:max',
      sources: { postgres: 'max by (product) (pg_up{%s})' % vigie },
      alert: database {
        name: 'DatabaseDown',
        class: 'availability',
        when: 'down',
        summary: 'The database cannot be reached.',
        says: 'No connection to the database of {{ $labels.product }} succeeds',
        action: 'Read the status of Supabase and its connection pooler; if the pool is exhausted, restart the backend.',
      },
    },
    {
      name: 'connections',
      title: 'Database connections',
      description: 'Connections that are open, whatever they do.',
      unit: 'count',
      gauge: true,
      record: 'product:pg_connections:sum',
      sources: { postgres: 'max by (product) (sum by (product, instance) (pg_stat_activity_count{%s}))' % vigie },
    },
    {
      name: 'connectionLimit',
      title: 'Connection limit',
      description: 'Connections that the database allows at once.',
      unit: 'count',
      gauge: true,
      record: 'product:pg_settings_max_connections:max',
      sources: { postgres: 'max by (product) (pg_settings_max_connections{%s})' % vigie },
    },
    {
      name: 'connectionsUsed',
      title: 'Active connections',
      description: 'Share of the connections that the database allows; at 100% it refuses new ones.',
      unit: 'ratio',
      gauge: true,
      record: 'product:pg_connections_per_limit:ratio',
      sources: {
        postgres: promql.exact('product:pg_connections:sum / product:pg_settings_max_connections:max'),
      },
      alert: database {
        name: 'DatabaseConnectionsHigh',
        class: 'saturation',
        mutedBy: ['SourceSilent'],
        summary: 'The database is running out of connections.',
        says: '%(value)s of the connections that the database of {{ $labels.product }} allows are open',
        action: 'Restart the backend to let go of leaked connections, then look for who holds them.',
      },
    },
  ]
