// What a panel shows: title, description, unit, thresholds (`limits`), words for numbers, and the source that fills it.
local thresholds = import 'thresholds.libsonnet';
local words = import 'words.libsonnet';

local optional = { unit: 'number', limits: [], words: [], source: 'vigie' };

{
  // The source that fills a panel of a signal; `none` where nothing does, because the product does not have it or because
  // the one that `numbers` chose cannot tell.
  sourceOf(signal)::
    local name = (std.objectFields(signal.sources) + ['none'])[0];
    std.get(signal.reads, name, name),

  // A number that is no signal, described where it is shown.
  new(title, description, unit, source, more={})::
    optional { title: title, description: description, unit: unit, source: source } + more,

  // A signal: what its alert says of it holds for its panels too. `said` are the words for one that is up or down.
  of(signal, config, said=['up', 'down']):: optional {
    title: signal.title,
    description: std.join(' ', [signal.description] + thresholds.sentences(signal, config)),
    unit: signal.unit,
    limits: thresholds.of(signal, config),
    words:
      if signal.unit != 'up' then []
      else words.yesNo(said[0], said[1], thresholds.bad(signal, config)),
    source: $.sourceOf(signal),
  },
}
