/**
 * The manifests of docs/examples against the Kubernetes schemas. Part of `npm run test:long`; needs the npm registry.
 */
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { install } from '../conformance/npm.js';
import { repositoryFile } from '../helpers/documents.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: object;
}

/** The package's class for each kind; its objects can validate themselves against their schema. */
type Kinds = Readonly<Record<string, new (manifest: Manifest) => { validate(): void }>>;

test('each manifest matches the schema of its kind', { timeout: 180_000 }, async (context) => {
  const installed = await install('kubernetes-models@5.1.0');
  if (typeof installed === 'string') return context.skip(installed);
  const validate = async (manifest: Manifest) => {
    const { apiVersion, kind } = manifest;
    const file = installed.file(`kubernetes-models/${apiVersion}/${kind}.js`);
    const { [kind]: Kind } = (await import(file)) as Kinds;
    new Kind(manifest).validate();
  };
  const manifests = parseAllDocuments(repositoryFile('docs/examples/kubernetes.yaml')).map(
    (each) => each.toJS() as Manifest,
  );
  expect(manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment', 'Service']);
  for (const manifest of manifests) {
    await validate(manifest);
    const { spec } = manifest;
    // Proves that the schema rejects something.
    if (spec)
      await expect(validate({ ...manifest, spec: { ...spec, selector: 'x' } })).rejects.toThrow(
        'selector',
      );
  }
});
