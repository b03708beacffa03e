// The configuration of blackbox_exporter: one way to look at a page.
{
  local config = $._config,

  blackboxConfig:: {
    modules: {
      // A page is there when, after redirects, it answers with a 2xx status in time.
      page: {
        prober: 'http',
        timeout: '%ds' % config.probeTimeout,
        http: {
          follow_redirects: true,
          preferred_ip_protocol: 'ip4',
          headers: { 'User-Agent': 'Vigie' },
        },
      },
    },
  },
}
