// A text in the middle of a panel, where data would be.
import { useTheme2 } from '@grafana/ui';

export function NoValue({ text }: { text: string }) {
  const theme = useTheme2();
  return (
    <div
      data-testid="no-value"
      style={{
        height: '100%',
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'center',
        textAlign: 'center',
        color: theme.colors.text.secondary,
      }}
    >
      {text}
    </div>
  );
}
