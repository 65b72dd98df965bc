// A typedoc plug-in: each page of the API reference has a link back to the site around it (.ci/site.mjs).
import { JSX } from 'typedoc';

/** Called by typedoc. */
export function load(app) {
  app.renderer.hooks.on('pageSidebar.begin', (context) =>
    JSX.createElement('a', { href: context.relativeURL('../index.html') }, 'All documentation'),
  );
}
