// The form of a silence for exactly one alert, filled in: #/silences/new?filter={alertname="…",severity="…",…}. Every label
// of the alert is in it, so that a silence of a warning, of one queue or of one kind of attack hides nothing else.
local unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';
// A table, because looking through a text for every character takes some implementations minutes.
local kept = { [character]: true for character in std.stringChars(unreserved) };
local encoded(text) = std.join('', [
  if byte < 128 && std.objectHas(kept, std.char(byte)) then std.char(byte) else '%%%02X' % byte
  for byte in std.encodeUTF8(text)
]);
local escaped(value) = std.strReplace(std.strReplace(value, '\\', '\\\\'), '"', '\\"');

// The same for what only Prometheus knows, in the language of its templates.
local escapedLater =
  |||
    reReplaceAll "\\\\" "\\\\" $value | reReplaceAll "\"" "\\\"" | reReplaceAll "\n" "\\n" | urlquery | reReplaceAll "\\+" "%20"
  |||;

function(alertmanager, fixed)
  local matchers = [encoded('%s="%s"' % [name, escaped(fixed[name])]) for name in std.objectFields(fixed)];
  // What the rule says of a label counts, whatever its series has; and the name of a series is no label of an alert.
  local ours = '^(%s)$' % std.join('|', ['__name__'] + std.objectFields(fixed));
  alertmanager + '/#/silences/new?filter=%7B' + std.join('%2C', matchers) +
  '{{ range $name, $value := $labels }}{{ if not (match "' + ours + '" $name) }}' +
  '%2C{{ $name }}%3D%22{{ ' + std.rstripChars(escapedLater, '\n') + ' }}%22{{ end }}{{ end }}%7D'
