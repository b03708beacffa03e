// Database: whether PostgreSQL answers and has room, and how the rest of Supabase is.
local connections = import 'lib/connections.libsonnet';
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';
local words = import 'lib/words.libsonnet';

function(config, signals, kit)
  local about(title, description, unit) = subject.new(title, description, unit, 'postgres');
  local number(title, description, unit, expr) =
    panel.newNumber(about(title, description, unit)) + panel.withInstant(expr, title);
  local trend(title, description, unit, expr, legend) =
    panel.newTrend(about(title, description, unit)) + panel.withQuery(expr, legend);

  // What PostgreSQL itself counts up, without calling it a counter.
  local counted(operation, name) =
    'max by () (sum by (instance) (%s(%s[$__rate_interval])))' % [operation, kit.vigie('pg_stat_database_' + name)];
  local hits = counted('rate', 'blks_hit');
  local reads = counted('rate', 'blks_read');
  local longest = kit.gauge('pg_stat_activity_max_tx_duration', matchers='state!="idle"');
  local waiting = kit.gauge('vigie_postgres_lock_waiters');
  local answer = kit.gauge('vigie_postgres_health_query_seconds');
  local size = kit.gauge('pg_database_size_bytes', ['datname']);

  dashboard.new('database', 'Does the database answer, does it have room, and what slows it down.', config) +
  dashboard.withRows([
    layout.row('Does the database answer, and has it room?', [
      layout.line(4, [
        kit.number(signals.databaseUp, 'min'),
        kit.number(signals.connectionsUsed),
        number('Time to answer', 'Time from SELECT 1 to its answer, the network included.', 'seconds', answer),
        number(
          'Oldest transaction',
          'Age of the oldest open transaction: it holds locks and keeps dead rows from being cleaned up.',
          'seconds',
          longest
        ),
        number('Waiting for locks', 'Locks that somebody waits for, those of rows included.', 'count', waiting),
        number('Size', 'Disk space of all databases together.', 'bytes', 'sum(%s)' % size),
      ]),
      layout.line(8, [
        panel.newStack(
          about(
            'Connections by state',
            'Open connections by what they do; the dashed lines are the limits of the alert. Many that are idle in ' +
            'transaction are a leak.',
            'count'
          )
        ) +
        panel.withQuery('%s > 0' % kit.gauge('pg_stat_activity_count', ['state']), '{{state}}') +
        connections(config, signals, kit).withLimits,
        trend(
          'Time to answer over time',
          'Time from SELECT 1 to its answer, the network included.',
          'seconds',
          answer,
          'SELECT 1'
        ),
        kit.states(signals.databaseUp),
      ]),
    ]),
    layout.row('What does it do?', [
      layout.line(8, [
        trend(
          'Transactions',
          'Transactions in a second, by how they ended.',
          'perSecond',
          counted('rate', 'xact_commit'),
          'committed'
        ) +
        panel.withSeveral +
        panel.withQuery(counted('rate', 'xact_rollback'), 'rolled back') +
        panel.withColour('committed', 'blue') +
        panel.withColour('rolled back', 'yellow'),
        trend(
          'Blocks found in memory',
          'Share of the blocks that were found in the cache of the server; below 99% the memory is small for the data.',
          'ratio',
          '%s / (%s + %s > 0)' % [hits, hits, reads],
          'found'
        ) +
        panel.withFloor(0.9),
        trend(
          'Temporary files',
          'Bytes written to temporary files in a second: queries that sort more than their memory holds.',
          'bytesPerSecond',
          counted('rate', 'temp_bytes'),
          'written'
        ) + panel.withCeiling(1),
        trend('Size over time', 'Disk space of each database.', 'bytes', size, '{{datname}}') + panel.withSeveral,
      ]),
    ]),
    layout.row('What holds it up?', [
      layout.line(8, [
        trend(
          'Oldest transaction over time',
          'Age of the oldest open transaction.',
          'seconds',
          longest,
          'oldest'
        ) + panel.withCeiling(1),
        trend(
          'Waiting for locks over time',
          'Locks that somebody waits for.',
          'count',
          waiting,
          'waiting'
        ) + panel.withCeiling(1),
        panel.newBars(
          about(
            'Deadlocks',
            'Deadlocks in each interval: two transactions that waited for each other, one of which was ended.',
            'count'
          )
        ) +
        panel.withQuery(counted('increase', 'deadlocks'), 'deadlocks') +
        panel.withCeiling(1),
        trend(
          'Behind the primary',
          'Time by which the data of this server are behind its primary; 0 on a primary.',
          'seconds',
          kit.gauge('pg_replication_lag_seconds'),
          'behind'
        ) + panel.withCeiling(1),
      ]),
    ]),
    layout.row('Is the rest of Supabase well?', [
      layout.line(7, [
        panel.newStates(
          subject.new(
            'Services of Supabase',
            'Whether each service of the project is healthy, as Supabase says.',
            'up',
            'supabase',
            { words: words.yesNo('healthy', 'not healthy') }
          )
        ) +
        panel.withQuery(kit.gauge('supabase_service_healthy', ['service']), '{{service}}') +
        panel.withShare(3),
        panel.newTable(
          subject.new(
            'State of the project',
            'The state that Supabase gives the project; inactive means paused.',
            'text',
            'supabase'
          )
        ) +
        panel.withRows('%s == 1' % kit.gauge('supabase_project_status', ['status'])) +
        panel.withColumns(['status'], ['State']),
      ]),
    ]),
  ])
