// Whether somebody tries to get in who should not: refused sign-ins, and the patterns of an attack, from Supabase's logs.
function(config)
  local promql = import 'promql.libsonnet';
  local auth = config.selectors.auth;
  local vigie = config.selectors.vigie + ',window="10m"';
  local window = config.windows.auth;
  local guesses = 'product:supabase_auth_failures_recent:max';
  local sign = {
    component: 'auth',
    owner: 'backend',
    source: 'supabase',
    runbook: 'RB-011',
    mutedBy: ['SourceSilent'],
  };

  // A pattern of an attack: always critical, told to the security team too, and muted by nothing.
  local breach(pattern) = sign {
    name: 'SecurityBreach',
    class: 'intrusion',
    labels: { audience: 'security', pattern: pattern },
    mutedBy: [],
    groupBy: ['pattern'],
    summary: 'Somebody seems to be breaking in.',
  };

  [
    {
      name: 'authFailures',
      title: 'Refused sign-ins',
      description: 'Sign-ins that were refused in a minute: typing errors, and beyond what is usual somebody who guesses.',
      unit: 'perMinute',
      record: 'product:supabase_auth_failures_per_minute:rate' + window,
      sources: { supabase: promql.exact('60 * ' + promql.rate('supabase_auth_failures_total', auth, window)) },
      alert: sign {
        name: 'AuthFailures',
        class: 'abuse',
        summary: 'Many sign-ins are refused.',
        says: '{{ $labels.product }} refuses %(value)s sign-ins',
        action: 'See whether they come from few addresses: block those, and turn on the captcha of Supabase Auth.',
        explainedBy: ['supabase'],
      },
    },
    {
      name: 'guesses',
      title: 'Guesses',
      description: 'Refused sign-ins of the last ten minutes in which a password or a code was tried.',
      unit: 'count',
      gauge: true,
      record: guesses,
      sources: { supabase: promql.gauge('supabase_auth_failures_recent', vigie) },
    },
    {
      name: 'guessesOnAccount',
      title: 'Guesses on one account',
      description: 'Most refused sign-ins of one account in ten minutes: brute force on a person.',
      unit: 'count',
      gauge: true,
      record: 'product:supabase_auth_account_failures:max',
      sources: { supabase: promql.gauge('supabase_auth_account_failures_max', vigie) },
      alert: breach('one account') {
        settings: 'SecurityBreachAccount',
        says: 'One account of {{ $labels.product }} was refused %(value)s times within ten minutes',
        action: 'Find the account in the logs of Supabase Auth, sign it out everywhere and write to its owner.',
      },
    },
    {
      name: 'guessesFromAddress',
      title: 'Guesses from one address',
      description: 'Most refused sign-ins from one address in ten minutes: brute force where the logs name no account.',
      unit: 'count',
      gauge: true,
      record: 'product:supabase_auth_address_failures:max',
      sources: { supabase: promql.gauge('supabase_auth_address_failures_max', vigie) },
      alert: breach('one address') {
        settings: 'SecurityBreachAddress',
        says: 'One address was refused %(value)s times by {{ $labels.product }} within ten minutes',
        action: 'Find the address in the logs of Supabase Auth and block it.',
      },
    },
    {
      name: 'accountsFromAddress',
      title: 'Accounts from one address',
      description: 'Most accounts that one address with refused sign-ins tried in ten minutes: a list of stolen passwords.',
      unit: 'count',
      gauge: true,
      record: 'product:supabase_auth_address_accounts:max',
      sources: { supabase: promql.gauge('supabase_auth_address_accounts_max', vigie) },
      alert: breach('many accounts') {
        settings: 'SecurityBreachAccounts',
        says: 'One address tried %(value)s accounts of {{ $labels.product }} within ten minutes',
        action: 'Block the address; an office or your own server belongs into shared_addresses of sources.supabase.',
      },
    },
    {
      name: 'enteredAfterGuesses',
      title: 'Entered after guesses',
      description: 'Accounts that were entered after a burst of refused sign-ins: a guess that was right.',
      unit: 'count',
      gauge: true,
      record: 'product:supabase_auth_entered_after_failures:max',
      sources: { supabase: promql.gauge('supabase_auth_entered_after_failures', vigie) },
      alert: breach('entered') {
        settings: 'SecurityBreachEntered',
        says: 'After a burst of refusals %(value)s sign-ins to {{ $labels.product }} succeeded within ten minutes',
        action: 'Find the accounts in the logs of Supabase Auth, sign them out everywhere and have their passwords changed.',
      },
    },
    {
      name: 'guessesAgainstNormal',
      title: 'Guesses against normal',
      description: 'Guesses per guess that is usual at this hour; a usual number below one counts as one.',
      unit: 'times',
      gauge: true,
      record: 'product:supabase_auth_failures_per_baseline:ratio',
      sources: {
        supabase: promql.exact('%s / clamp_min(%s, 1)' % [
          guesses,
          promql.gauge('supabase_auth_failures_recent_baseline', vigie),
        ]),
      },
      alert: breach('above normal') {
        settings: 'SecurityBreachBaseline',
        says: '{{ $labels.product }} refuses %(value)s as many sign-ins as is usual at this hour',
        action: 'Turn on the captcha of Supabase Auth, and see which accounts and addresses the logs name.',
        guard: { events: promql.latest(guesses, config) },
      },
    },
  ]
