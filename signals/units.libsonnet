// The units that signals have: how Grafana shows them (`grafana`), how an alert shows the value it fired with (`value`,
// a Prometheus template) and how a threshold is written (`text`).
local number = (import 'promql.libsonnet').number;

{
  ratio: {
    grafana: 'percentunit',
    value: '{{ $value | humanizePercentage }}',
    text(threshold): number(threshold * 100) + '%',
  },
  seconds: {
    grafana: 's',
    value: '{{ $value | humanizeDuration }}',
    text(threshold): if threshold < 1 then number(threshold * 1000) + ' ms' else number(threshold) + ' s',
  },
  perSecond: {
    grafana: 'suffix:/s',
    value: '{{ $value | humanize }}/s',
    text(threshold): number(threshold) + '/s',
  },
  perMinute: {
    grafana: 'suffix:/min',
    value: '{{ $value | humanize }}/min',
    text(threshold): number(threshold) + '/min',
  },
  count: {
    grafana: 'short',
    value: '{{ $value | humanize }}',
    text(threshold): number(threshold),
  },
  // How many times as much as is normal or allowed.
  times: {
    grafana: 'none',
    value: '{{ $value | humanize }} times',
    text(threshold): number(threshold) + ' times',
  },
  dollars: {
    grafana: 'currencyUSD',
    value: '${{ $value | printf "%.2f" }}',
    text(threshold): '$%.2f' % threshold,
  },
  days: {
    grafana: 'suffix: days',
    value: '{{ $value | humanize }} days',
    text(threshold): number(threshold) + ' days',
  },
  // 1 is good, 0 is not.
  up: {
    grafana: 'bool_yes_no',
    value: 'down',
    text(threshold): 'up',
  },
}
