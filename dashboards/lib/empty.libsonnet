// What stands where there is nothing to show: what would fill it, as a sentence for graphs and as a word for numbers.
local keys = {
  app: 'app.metrics',
  instrumentator: 'app.metrics',
  otel: 'app.metrics',
  unknown: 'numbers.http',
  process: 'app.metrics',
  blackbox: 'stack.blackbox',
  node: 'stack.node',
  vigie: 'stack.vigie',
  prometheus: 'stack.prometheus',
  uptime: 'sources.uptimerobot',
};
local key(source) = std.get(keys, source, 'sources.' + source);

{
  sentence(source):: 'No data: %s gives none, or is not set in vigie.yaml.' % key(source),
  // The same for events, where nothing may well be good news; but silence is not health.
  quiet(text, source):: '%s, or %s gives nothing.' % [text, key(source)],
  word(source):: 'nothing from ' + key(source),
}
