import tseslint from "typescript-eslint";

/** Inside the controller the world comes through ports; these are the ways round them. */
const ambient = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Take a Clock." },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take a Clock." },
  { selector: "CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]", message: "Take a Clock." },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: "Take a Random." },
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: "Take Settings." },
];
const language = [
  { selector: "ExportDefaultDeclaration", message: "Named exports only." },
  { selector: "TSEnumDeclaration", message: "Use a union of literals." },
];

export default tseslint.config(
  { ignores: ["node_modules", "dist", "**/*.mjs", "**/*.cjs", "{policies/pack,examples/policy-pack}/index.js"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      complexity: ["error", 10],
      "max-depth": ["error", 3],
      "max-params": ["error", 3],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      // Prettier wraps code, nobody wraps comments.
      "max-len": ["error", { code: 1_000, comments: 120, ignoreUrls: true }],
      "no-restricted-syntax": ["error", ...language],
    },
  },
  {
    files: ["controller/**/*.ts"],
    ignores: [
      "controller/program.ts",
      "controller/kube/**",
      "controller/runtime/system-clock.ts",
      "controller/runtime/system-random.ts",
      "controller/runtime/turns.ts",
    ],
    rules: { "no-restricted-syntax": ["error", ...language, ...ambient] },
  },
  { files: ["cli/**/*.ts", "sandbox/**/*.ts", "bench/**/*.ts", "tools/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines": ["error", 400],
      "max-lines-per-function": "off",
      "@typescript-eslint/no-floating-promises": "off",
    },
  },
);
