namespace ProxyGroups.Supervision.Linux;

/// <summary>Where nobody but root decides what a path leads to.</summary>
internal static class TrustedPath
{
    // As the kernel's own bound (path_resolution(7)).
    private const int MaxLinks = 40;

    /// <summary>
    /// Every folder and every link on the way belongs to root and can be changed by nobody else; the links are followed one by
    /// one, for one of root's may lead through one of somebody else.
    /// </summary>
    /// <exception cref="IOException">Something on the way does not exist.</exception>
    public static bool IsOfRootAlone(string folder)
    {
        var rest = new Stack<string>(Steps(folder));
        var (current, links) = ("/", 0);
        while (rest.TryPop(out var step))
        {
            var entry = Path.GetFullPath(step, current);
            var status = FileStatus.Of(entry);
            // In a sticky folder nobody replaces what belongs to root, but anybody may add to it.
            if (status.User is not UnixUser.Root || (!status.IsLink && status.IsWritableByOthers && (rest.Count is 0 || !status.IsSticky)) || links > MaxLinks)
            {
                return false;
            }

            if (status.IsLink)
            {
                links++;
                Array.ForEach(Steps(new FileInfo(entry).LinkTarget!), rest.Push);
            }
            else
            {
                current = entry;
            }
        }

        return true;
    }

    /// <summary>The path itself or the folder nearest to it on the way up that exists.</summary>
    public static string NearestFolder(string path) => Directory.Exists(path) ? path : NearestFolder(Path.GetDirectoryName(path)!);

    // The last one first. An absolute path begins with a step to the root.
    private static string[] Steps(string path) =>
        [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Prepend(path.StartsWith('/') ? "/" : ".").Reverse()];
}
