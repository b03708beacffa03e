// A button that shows the same page in the other theme.
import { LinkButton } from '@grafana/ui';
import { otherTheme, themeOf } from '../url';

export function ThemeSwitch() {
  const { pathname, search } = location;
  const name = themeOf(search) === 'dark' ? 'Light theme' : 'Dark theme';
  return (
    <LinkButton
      variant="secondary"
      fill="outline"
      size="sm"
      href={otherTheme(pathname, search)}
      onMouseDown={(event) => {
        // the reader may have chosen another time meanwhile, of which this page is not drawn anew
        event.currentTarget.setAttribute('href', otherTheme(location.pathname, location.search));
      }}
    >
      {name}
    </LinkButton>
  );
}
