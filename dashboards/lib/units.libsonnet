// Units of panels: those of the signals, and those of what only dashboards show. `unit` is Grafana's id; `decimals` are
// for a single number, where Grafana's own choice would be too many or hide that one percent is not half a percent.
local signals = import '../../signals/units.libsonnet';

{ [name]: { unit: signals[name].grafana } for name in std.objectFields(signals) } + {
  ratio+: { decimals: 1 },
  count+: { decimals: 0 },
  // Parts of a vendor.
  out: { unit: 'suffix: out', decimals: 0 },
  times+: { decimals: 1 },
  dollars+: { decimals: 3 },
  days+: { decimals: 0 },
  number: { unit: 'short' },
  score: { unit: 'none', decimals: 2 },
  dollarsPerHour: { unit: 'suffix: $/h', decimals: 3 },
  // Money of any currency.
  amount: { unit: 'locale', decimals: 0 },
  money: { unit: 'currencyUSD', decimals: 2 },
  bytes: { unit: 'bytes' },
  bytesPerSecond: { unit: 'Bps' },
  cores: { unit: 'none', decimals: 2 },
  // A point in time, in milliseconds, as people say it: "5 minutes ago".
  ago: { unit: 'dateTimeFromNow' },
  text: { unit: 'string' },
}
