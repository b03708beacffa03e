// First what the libraries expect to find, then their translations, then everything else.
import './bootData';
import { initPluginTranslations } from '@grafana/i18n';
import { report } from '../report';

report.watchConsole();
initPluginTranslations('grafana')
  .then(() => import('./main'))
  .then(({ main }) => main())
  .catch((error: unknown) => {
    console.error(error);
    document.body.textContent = `The page could not start: ${String(error)}`;
  });
