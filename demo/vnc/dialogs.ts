/** The page's questions before there is a picture: who the user is, and whether this is the right server. */

/** The fields of the form, by noVNC's names for the credentials that a server may want. */
const FIELDS = ['username', 'password', 'target'];

/** Asks for the credentials that the server wants. @returns undefined when the user cancels */
export async function askCredentials(
  url: string,
  types: readonly string[],
): Promise<Record<string, string> | undefined> {
  const dialog = byId('credentials');
  const where = document.getElementById('credentials-where')!;
  where.textContent = `The VNC server at ${url} asks for this.`;
  const fields = FIELDS.map((name) => dialog.querySelector<HTMLInputElement>(`[name=${name}]`)!);
  for (const field of fields) {
    field.value = '';
    field.disabled = !types.includes(field.name);
    field.required = !field.disabled && field.name !== 'password';
    field.parentElement!.hidden = field.disabled;
  }
  if (!(await answer(dialog))) return undefined;
  return Object.fromEntries(
    fields.filter((one) => !one.disabled).map((one) => [one.name, one.value]),
  );
}

/** Shows the fingerprint of the server's key. @returns whether the user accepts it */
export async function askServer(url: string, publicKey: BufferSource): Promise<boolean> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', publicKey));
  const hex = [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  document.getElementById('fingerprint')!.textContent = hex.join('-');
  document.getElementById('verification-where')!.textContent =
    `The VNC server at ${url} has identified itself by this fingerprint. Compare it with what its owner says.`;
  return answer(byId('verification'));
}

/** Closes the dialogs, because no server waits for the answer any more. */
export function closeDialogs(): void {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close('');
}

const byId = (id: string) => document.getElementById(id) as HTMLDialogElement;

/** Opens a dialog. Resolves when it closes, with whether the user agreed. */
function answer(dialog: HTMLDialogElement): Promise<boolean> {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    const tell = () => resolve(dialog.returnValue === 'ok');
    dialog.addEventListener('close', tell, { once: true });
  });
}
