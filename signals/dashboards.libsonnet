// Part of the product that is unwell to the dashboard that shows it, and how far back one must look there: what an
// alert's link, and a number on another dashboard, lead to.
{
  site: { dashboard: 'uptime', back: '3h' },
  api: { dashboard: 'api', back: '1h' },
  jobs: { dashboard: 'workers', back: '1h' },
  database: { dashboard: 'database', back: '1h' },
  auth: { dashboard: 'signins', back: '3h' },
  payments: { dashboard: 'business', back: '1d' },
  signups: { dashboard: 'business', back: '7d' },
  llm: { dashboard: 'llm', back: '6h' },
  hosting: { dashboard: 'hosting', back: '3h' },
  vendors: { dashboard: 'ops', back: '3h' },
  monitoring: { dashboard: 'vigie', back: '3h' },
}
