// What stands where there is nothing to show: what would fill it, as a sentence for graphs and as a word for numbers.
local keys = {
  app: 'app.metrics',
  instrumentator: 'app.metrics',
  otel: 'app.metrics',
  unknown: 'numbers.http',
  process: 'app.metrics',
  blackbox: 'probes',
  node: 'stack.node',
  vigie: 'stack.vigie',
  prometheus: 'stack',
  uptime: 'sources.uptimerobot',
};
local key(source) = std.get(keys, source, 'sources.' + source);

{
  sentence(source):: 'Nothing to show. Is %s set in vigie.yaml?' % key(source),
  word(source):: 'nothing from ' + key(source),
}
