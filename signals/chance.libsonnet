// How far a few events may be trusted. A number at 80% of its threshold goes beyond it by chance when few events make it
// up, so that alone is told to nobody: at 3.5 standard deviations about one such product in thirty is told something in six
// hours, and nobody is once there are many events.
{
  // The share of a threshold that chance is allowed for.
  noise: 0.8,
  // Standard deviations by which a number must be above that.
  deviations: 3.5,
  // Failures below which nothing is more than chance: the formula is for many events.
  failures: 5,

  // Mean and variance of one event, bad or not, where the share of bad ones is at `noise` of a threshold.
  local event(threshold) = {
    mean: $.noise * threshold,
    variance: self.mean * (1 - self.mean),
  },
  mean(threshold):: event(threshold).mean,
  variance(threshold):: event(threshold).variance,

  // Bad events among so many that chance does not explain.
  most(threshold, events):: $.mean(threshold) * events + $.deviations * std.sqrt($.variance(threshold) * events),

  // Events from which on a share of `seen` is no chance against a threshold of `threshold`.
  events(threshold, seen)::
    std.ceil($.variance(threshold) * std.pow($.deviations / (seen - $.mean(threshold)), 2)),
}
