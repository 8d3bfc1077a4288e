import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["**/node_modules/**", ".cache/**", ".canarec/**", "coverage/**"] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }, // `await using _x` holds, and is not read
      ],
      "@typescript-eslint/require-await": "off", // an async method may satisfy an async interface
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
      "max-lines-per-function": ["error", { max: 50, skipComments: true, skipBlankLines: true }],
      "max-params": ["error", 4],
    },
  },
  { files: ["**/*.test.ts", "**/*.suite.ts"], rules: { "max-lines-per-function": "off" } },
  // Plain scripts that run before the dependencies are there.
  { files: ["**/*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
