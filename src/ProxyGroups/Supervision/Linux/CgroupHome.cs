using System.Runtime.Versioning;
using ProxyGroups.Configuration;

namespace ProxyGroups.Supervision.Linux;

/// <summary>Finds the cgroup below which the front door may make its own: the one that is named, else its own if that was delegated to it.</summary>
[SupportedOSPlatform("linux")]
internal static class CgroupHome
{
    private const int MayWrite = 2;

    // Set by systemd where a unit has Delegate=yes.
    private static readonly string[] DelegationMarks = ["trusted.delegate", "user.delegate"];

    /// <summary>The one that we run in; null: it cannot be seen.</summary>
    public static Cgroup? Own => FindOwn() is { } path ? new(path) : null;

    public static CgroupFacts Find(string? named)
    {
        var own = FindOwn();
        if ((named ?? own) is not { } path)
        {
            return CgroupFacts.None;
        }

        var fault = new Cgroup(path).Read("cgroup.controllers") is not { } controllers ? $"{path} is no cgroup v2 folder"
            : Libc.Access(path, MayWrite) is not 0 ? $"{path} cannot be written"
            : named is null && !IsDelegated(path) ? $"{path}, the one that it runs in, was not delegated to it"
            : named is not null && !UnixUser.IsRoot && !IsWithin(own, path) ? $"the front door does not run in it or below ({own}), and only root may move processes from there"
            : ExecChain.FindGate() is null ? "the program flock of util-linux is missing, which holds a worker until it is in its cgroup"
            : null;
        return new(path, fault is null ? ControllersOf(path) : new HashSet<string>(), fault);
    }

    private static string? FindOwn() => FindOwn(File.ReadLines("/proc/self/cgroup"), File.ReadLines("/proc/self/mountinfo"));

    /// <summary>Our own cgroup as a folder, by proc(5): "0::/path" below the mount of type cgroup2.</summary>
    internal static string? FindOwn(IEnumerable<string> ownCgroups, IEnumerable<string> mounts)
    {
        var own = ownCgroups.FirstOrDefault(static line => line.StartsWith("0::/", StringComparison.Ordinal))?["0::/".Length..];
        var mount = mounts.FirstOrDefault(static line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))?.Split(' ');
        return own is null || mount is null ? null : Path.TrimEndingDirectorySeparator(Path.Combine(mount[4], own));
    }

    private static HashSet<string> ControllersOf(string path) => [.. new Cgroup(path).Read("cgroup.controllers")!.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    private static bool IsWithin(string? own, string path) => own is not null && (own + "/").StartsWith(Path.TrimEndingDirectorySeparator(path) + "/", StringComparison.Ordinal);

    // A user's own folder was given to that user, by whatever means.
    private static bool IsDelegated(string path) =>
        DelegationMarks.Any(mark => IsMarked(path, mark)) || (!UnixUser.IsRoot && FileOwner.Of(path) == Libc.GetEffectiveUser());

    private static unsafe bool IsMarked(string path, string mark)
    {
        byte value;
        return Libc.GetExtendedAttribute(path, mark, &value, 1) is 1 && value is (byte)'1';
    }
}
