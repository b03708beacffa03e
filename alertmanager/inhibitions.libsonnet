// What mutes what. Only a warning is ever muted: whoever mutes may be silenced, or told later, or nobody may read it, and a
// page must reach somebody all the same. A warning is only muted by an alert about the same product, and about the same
// thing where both name it.
// `signals` are those that have an alert: what is not there neither mutes nor is muted.
function(signals)
  local alerts = [signal.alert for signal in signals];
  local there = std.set([alert.name for alert in alerts]);

  // Every label that tells two series of one alert apart; a label that neither side has counts as equal.
  local identity = ['alertname', 'product'] + std.set(std.flattenArrays([signal.by for signal in signals]));

  local muters = std.setInter(there, std.set(std.flattenArrays([alert.mutedBy for alert in alerts])));
  local mutedBy(muter) = std.set([alert.name for alert in alerts if std.member(alert.mutedBy, muter)]);
  local vendors =
    if std.member(there, 'VendorIncident') then std.set(std.flattenArrays([alert.explainedBy for alert in alerts]))
    else [];
  local explainedBy(vendor) = std.set([alert.name for alert in alerts if std.member(alert.explainedBy, vendor)]);
  local speaksOfSource(name) = std.length([
    signal
    for signal in signals
    if signal.alert.name == name
    if signal.alert.source != null || std.member(signal.by, 'source')
  ]) > 0;

  [{
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity="warning"'],
    equal: identity,
  }] + [
    {
      source_matchers: ['alertname="%s"' % muter],
      target_matchers: ['alertname=~"%s"' % std.join('|', mutedBy(muter)), 'severity="warning"'],
      equal: ['product'] + if speaksOfSource(muter) then ['source'] else [],
    }
    for muter in muters
  ] + [
    // An incident of one component somewhere must not keep a database that is down, or payments that fail, from waking
    // anyone.
    {
      source_matchers: ['alertname="VendorIncident"', 'vendor="%s"' % vendor],
      target_matchers: ['alertname=~"%s"' % std.join('|', explainedBy(vendor)), 'severity="warning"'],
      equal: ['product'],
    }
    for vendor in vendors
  ]
