/** Files by the directory that they are in, which for Python is the package; `.` for the top level. */
export function byModule<File extends { readonly path: string }>(
  files: readonly File[],
): ReadonlyMap<string, readonly File[]> {
  const modules = new Map<string, File[]>();
  for (const file of files) {
    const { path } = file;
    const module = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
    const others = modules.get(module);
    if (others === undefined) modules.set(module, [file]);
    else others.push(file);
  }
  return modules;
}
