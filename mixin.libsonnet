// The mixin: import it, change `_config`, use the roots. config.libsonnet explains every key.
//
//   prometheusRules, prometheusAlerts, grafanaDashboards        the convention's roots
//   prometheusConfig, alertmanagerConfig, blackboxConfig        whole configurations, if you want them
//   kubernetesObjects, mimirRules                               the same for the Prometheus operator and for a ruler
//   existingStack                                               the same to be added to what runs already
(import 'alert-rules/main.libsonnet') +
(import 'alertmanager/main.libsonnet') +
(import 'dashboards/main.libsonnet') +
(import 'deploy/prometheus/main.libsonnet') +
(import 'deploy/blackbox/main.libsonnet') +
(import 'deploy/kubernetes/main.libsonnet') +
(import 'deploy/existing/main.libsonnet') +
(import 'config.libsonnet') +
{
  // The mixin for what one vigie.yaml says.
  forProduct(product):: self + (import 'signals/product.libsonnet')(product),
}
