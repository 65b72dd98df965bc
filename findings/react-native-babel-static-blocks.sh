#!/usr/bin/env bash
# React Native compiles the packages in node_modules with its own Babel preset. That preset knows private fields and methods,
# public static fields and optional chaining, but not static blocks (ES2022), which Node has supported since 16.11 and all
# browsers since 2023. A package published as ES2022 does not build in an app unless the app adds
# @babel/plugin-transform-class-static-block.
#
# Version:  @react-native/babel-preset 0.88.1 on @babel/core 7.29.0
# Expected: a class with a static block is compiled, as the same class with a private field is
# Seen:     "Static class blocks are not enabled" (with a private field: compiled)
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --legacy-peer-deps @react-native/babel-preset@0.88.1 @babel/core@7.29.0
cat >main.cjs <<'JS'
const { transformSync } = require('@babel/core');

const options = { filename: 'a.js', configFile: false, babelrc: false, presets: ['@react-native/babel-preset'] };
const compile = (code) => {
  try {
    transformSync(code, options);
    return 'compiled';
  } catch (error) {
    return error.message.split('\n')[0];
  }
};
const field = compile('class A { #x = 1; static y = 2; get() { return this.#x; } }');
const block = compile('class A { static names = []; static { A.names.push(1); } }');
console.log(`private field: ${field}\nstatic block: ${block}`);
process.exit(field === 'compiled' && /static/i.test(block) && block !== 'compiled' ? 0 : 1);
JS
if ! node main.cjs; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: static blocks are refused'
