/** The form field `file` of an upload, where it is a picture; null else. */
export async function upload(
  contentType: string,
  body: Buffer,
): Promise<{ name: string; type: string; bytes: Buffer } | null> {
  if (!contentType.startsWith('multipart/form-data')) return null;
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
  } catch (error) {
    // A body that is no form is the sender's mistake, answered with 400.
    if (error instanceof TypeError) return null;
    throw error;
  }
  const file = form.get('file');
  if (!(file instanceof File) || !/^image\/(gif|jpeg|png)$/.test(file.type)) return null;
  return { name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) };
}
