// Text: Markdown by Grafana's own renderer, cleaned HTML, or text as it stands.
import { type PanelProps, renderTextPanelMarkdown, textUtil } from '@grafana/data';
import type { Kind } from '../define';

interface TextOptions {
  mode: 'markdown' | 'html' | 'code';
  content: string;
}

function Text({ options, replaceVariables }: PanelProps<TextOptions>) {
  const content = replaceVariables(options.content, {}, options.mode === 'html' ? 'html' : undefined);
  if (options.mode === 'code') {
    return <pre style={{ height: '100%' }}>{content}</pre>;
  }
  // both ways leave no script in it
  const __html =
    options.mode === 'html' ? textUtil.sanitizeTextPanelContent(content) : renderTextPanelMarkdown(content);
  return (
    <div style={{ height: '100%', overflow: 'auto' }}>
      <div className="markdown-html" dangerouslySetInnerHTML={{ __html }} />
    </div>
  );
}

export const text: Kind<TextOptions> = {
  kind: 'text',
  drawnBy: 'grafana',
  component: Text,
  options: { mode: 'markdown', content: '' },
  skipsData: true,
};
