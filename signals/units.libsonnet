// The units that signals have: how Grafana shows them (`grafana`), how an alert shows the value it fired with (`value`,
// a Prometheus template), how a threshold is written (`text`), which thresholds can work (`least`, `most`, and in words
// `wanted`), and above which one was hardly meant (`usual`, with what to say in `doubt`).
local number = (import 'promql.libsonnet').number;
local open = { least: 0, most: null, usual: null, doubt: null, wanted: 'a number that is not negative, such as 100' };

{
  ratio: open {
    most: 1,
    wanted: 'a share between 0 and 1, such as 0.05 for 5%',
    usual: 2,  // only where `most` of an alert lets it be more than 1
    doubt: 'is more than 200%, because it is a share; write 0.8 for 80%',
    grafana: 'percentunit',
    value: '{{ $value | humanizePercentage }}',
    text(threshold): number(threshold * 100) + '%',
  },
  seconds: open {
    wanted: 'a number of seconds that is not negative, such as 0.5 for 500 ms',
    usual: 60,
    doubt: 'is more than a minute, because it is in seconds; write 0.5 for 500 ms',
    grafana: 's',
    value: '{{ $value | humanizeDuration }}',
    text(threshold): if threshold < 1 then number(threshold * 1000) + ' ms' else number(threshold) + ' s',
  },
  perSecond: open {
    grafana: 'suffix:/s',
    value: '{{ $value | humanize }}/s',
    text(threshold): number(threshold) + '/s',
  },
  perMinute: open {
    grafana: 'suffix:/min',
    value: '{{ $value | humanize }}/min',
    text(threshold): number(threshold) + '/min',
  },
  count: open {
    grafana: 'short',
    value: '{{ $value | humanize }}',
    text(threshold): number(threshold),
  },
  // How many times as much as is normal or allowed.
  times: open {
    usual: 50,
    doubt: 'is more than 50 times as much as is normal; it is no percentage: write 2 for twice as much',
    grafana: 'none',
    value: '{{ $value | humanize }} times',
    text(threshold): number(threshold) + ' times',
  },
  dollars: open {
    usual: 5,
    doubt: 'is more than $5, because it is in dollars; write 0.1 for 10 cents',
    grafana: 'currencyUSD',
    value: '${{ $value | printf "%.2f" }}',
    text(threshold): '$%.2f' % threshold,
  },
  days: open {
    usual: 366,
    doubt: 'is more than a year; it is in days: write 14 for two weeks',
    grafana: 'suffix: days',
    value: '{{ $value | humanize }} days',
    text(threshold): number(threshold) + ' days',
  },
  // 1 is good, 0 is not.
  up: open {
    grafana: 'bool_yes_no',
    value: 'down',
    text(threshold): 'up',
  },
}
