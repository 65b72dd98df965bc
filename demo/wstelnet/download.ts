/** Saves content as a file, named after the server and the time. */
export function download(content: BlobPart[], host: string, extension: string): void {
  const url = URL.createObjectURL(new Blob(content, { type: 'text/plain' }));
  const time = new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-');
  const link = document.createElement('a');
  link.href = url;
  link.download = `${host.replace(/[^\w.-]/g, '_')}-${time}.${extension}`;
  link.click();
  URL.revokeObjectURL(url);
}
