/**
 * Loads packages that only some options need, and that the users of those options install.
 */

/** Loads an optional package. Rejects with an error that says what to install when it is missing. */
export async function loadPeer<T>(name: string, load: () => Promise<T>, user: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      `Cannot use ${user}: it needs a package; install it with: npm install ${name}`,
      {
        cause: error,
      },
    );
  }
}
