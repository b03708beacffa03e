// The configuration of blackbox_exporter: how to look at a page.
{
  local config = $._config,

  // A page is there when, after redirects, it answers with a 2xx status in time.
  local page = {
    prober: 'http',
    timeout: '%ds' % config.probeTimeout,
    http: {
      follow_redirects: true,
      preferred_ip_protocol: 'ip4',
      headers: { 'User-Agent': 'Vigie' },
    },
  },

  blackboxConfig:: {
    modules: { page: page } + {
      [$.probeModule(probe)]: page { http+: $.probeCredentials(probe) }
      for probe in config.probes
      if $.probeCredentials(probe) != {}
    },
  },
}
