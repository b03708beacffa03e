// What gives numbers, by the names that `_config.sources` takes. Rules, routes and dashboards of what is not there are left
// out; Prometheus and Vigie themselves always are.
//
//   key      what of vigie.yaml turns it on, for sentences
local vendors = [
  'betterstack',
  'celery',
  'langsmith',
  'postgres',
  'railway',
  'redis',
  'sentry',
  'statuspages',
  'stripe',
  'supabase',
  'uptimerobot',
  'vercel',
];
local known = { [name]: { key: 'sources.' + name } for name in vendors } + {
  app: { key: 'app.metrics' },
  probes: { key: 'probes' },
  node: { key: 'stack.node' },
  // The metrics of a Supabase project, which Prometheus scrapes itself; `supabase` is what Vigie reads.
  supabase_feed: { key: 'stack.supabase' },
};

// Where signals and panels name a source in their own way: what stands behind it, any of which is enough.
local behind = {
  instrumentator: ['app'],
  otel: ['app'],
  process: ['app'],
  blackbox: ['probes'],
  uptime: ['uptimerobot', 'betterstack'],
};
local always = ['prometheus', 'vigie'];

{
  // Every name that `_config.sources` takes.
  names:: std.objectFields(known),

  // The names in `behind` or `_config.sources` of what a signal or a panel calls its source.
  behind(source):: std.get(behind, source, [source]),

  // The keys of vigie.yaml that turn a source on.
  keys(source):: [known[name].key for name in $.behind(source) if std.objectHas(known, name)],

  // Whether a source is there: a function of its name.
  given(config)::
    local listed = config.sources;
    local there = if listed == null then $.names else std.set(listed);
    local unknown = std.setDiff(there, $.names);
    local found = { [name]: true for name in there + always };
    assert unknown == [] :
           '_config.sources: %s is unknown; known are: %s' % [unknown[0], std.join(', ', $.names)];
    function(source) std.length([name for name in $.behind(source) if std.objectHas(found, name)]) > 0,
}
