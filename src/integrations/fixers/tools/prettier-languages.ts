/** Ends of names that prettier has a parser for by itself. A test holds them against what prettier says. */
const EXTENSIONS =
  ".importmap .json .4DForm .4DProject .avsc .geojson .gltf .har .ice .JSON-tmLanguage .json.example .mcmeta .sarif .slnlaunch .tact .tfstate .tfstate.backup .topojson .webapp .webmanifest .yy .yyp .jsonc .code-snippets .code-workspace .hujson .sublime-build .sublime-color-scheme .sublime-commands .sublime-completions .sublime-keymap .sublime-macro .sublime-menu .sublime-mousemap .sublime-project .sublime-settings .sublime-theme .sublime-workspace .sublime_metrics .sublime_session .json5 .js ._js .bones .cjs .es .es6 .gs .jake .javascript .jsb .jscad .jsfl .jslib .jsm .jspre .jss .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib .start.frag .end.frag .wxs .js.flow .jsx .ts .cts .mts .tsx .handlebars .hbs .graphql .gql .graphqls .component.html .html .hta .htm .html.hl .inc .xht .xhtml .mjml .vue .md .livemd .markdown .mdown .mdwn .mkd .mkdn .mkdown .ronn .scd .workbook .mdx .css .wxss .pcss .postcss .less .scss .yml .mir .reek .rviz .sublime-syntax .syntax .yaml .yaml-tmlanguage .yaml.sed .yml.mysql".split(
    " ",
  );

const FILE_NAMES = new Set(
  "package.json package-lock.json composer.json .all-contributorsrc .arcconfig .auto-changelog .c8rc .htmlhintrc .imgbotconfig .nycrc .releaserc .secrets.baseline .tern-config .tern-project .watchmanconfig .babelrc .jscsrc .jshintrc .jslintrc .swcrc jakefile start.frag end.frag contents.lr readme .clang-format .clang-tidy .clangd .eslintrc .gemrc citation.cff glide.lock pixi.lock .prettierrc .stylelintrc .lintstagedrc".split(
    " ",
  ),
);

/** What well-known plugins add. */
const OF_PLUGINS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/toml/, [".toml"]],
  [/xml/, [".xml", ".svg", ".xsd", ".xsl", ".xslt", ".plist"]],
  [/plugin-sh$/, [".sh", ".bash", ".zsh", ".env", ".properties"]],
  [/sql/, [".sql"]],
  [/ini|properties/, [".ini", ".cfg", ".conf", ".properties"]],
  [/php/, [".php"]],
  [/java$/, [".java"]],
  [/svelte/, [".svelte"]],
  [/astro/, [".astro"]],
  [/ruby/, [".rb"]],
  [/prisma/, [".prisma"]],
  [/nginx/, [".nginx", ".nginxconf"]],
];

/** Whether prettier has a parser for a file of this name, which says nothing of its directory. */
export function hasParser(name: string, plugins: readonly string[]): boolean {
  const lower = name.toLowerCase();
  const more = plugins.flatMap((plugin) =>
    OF_PLUGINS.filter(([which]) => which.test(plugin)).flatMap(([, extensions]) => extensions),
  );
  return FILE_NAMES.has(lower) || [...EXTENSIONS, ...more].some((end) => lower.endsWith(end));
}

/** JSON has no comment that could ask for formatting, so `requirePragma` does not keep it from being rewritten. */
const JSON_NAME = /\.(?:json|json5|importmap|geojson|webmanifest|har|sarif|topojson|avsc|gltf)$/i;

export const needsNoPragma = (name: string) => JSON_NAME.test(name);
