// What stands where there is nothing to show: what would fill it, as a sentence for graphs and as a word for numbers.
local sources = import '../../signals/sources.libsonnet';

// Where the part that gives the number is to be looked at, rather than what turns it on.
local parts = {
  blackbox: 'stack.blackbox',
  vigie: 'stack.vigie',
  prometheus: 'stack.prometheus',
};
local key(source) = std.get(parts, source, sources.keys(source)[0]);

{
  sentence(source):: 'No data: %s gives none, or is not set in vigie.yaml.' % key(source),
  // The same for events, where nothing may well be good news; but silence is not health.
  quiet(text, source):: '%s, or %s gives nothing.' % [text, key(source)],
  word(source):: 'nothing from ' + key(source),
}
