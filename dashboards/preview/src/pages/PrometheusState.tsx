// A sentence above everything else when Prometheus does not answer.
import { Alert } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { queryInstant } from '../prometheus/client';

const AGAIN_MS = 15_000;

export function PrometheusState() {
  const [fault, setFault] = useState('');
  useEffect(() => {
    const ask = () => {
      queryInstant('vector(1)', Date.now() / 1000).then(
        () => setFault(''),
        (error: unknown) => setFault(error instanceof Error ? error.message : String(error)),
      );
    };
    ask();
    const timer = setInterval(ask, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return fault ? <Alert title={fault} /> : null;
}
