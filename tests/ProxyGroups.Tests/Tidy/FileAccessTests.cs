using System.Text.RegularExpressions;

namespace ProxyGroups.Tests.Tidy;

/// <summary>
/// Where the library opens, lists, makes or removes files by itself. The front door may be root, and an app's user places links,
/// pipes and folders: so each place is on this list with the reason why it cannot be led elsewhere, and everything else goes through
/// GuardedFile and GuardedFolder.
/// </summary>
public sealed partial class FileAccessTests
{
    private const string TheKernels = "files of the kernel's own (/proc, cgroup)";
    private const string TheSystems = "files of the system's own (/etc)";
    private const string OwnFolder = "the front door's private folder, whose owner, mode and way there are checked";
    private const string StampsOnly = "opens nothing: names and times of entries, links not entered";

    private static readonly Dictionary<string, string> Places = new()
    {
        ["Admin/Explaining/MachineLoad.cs"] = TheKernels,
        ["Admin/Explaining/MachineTime.cs"] = TheKernels,
        ["Configuration/LiveLayer.cs"] = "the operator's own folder, that of the settings file; written as a new file and renamed",
        ["Configuration/MachineFacts.cs"] = TheSystems,
        ["Groups/MaintenancePage.cs"] = StampsOnly,
        ["Groups/WatchedFiles.cs"] = StampsOnly,
        ["Hosting/AppSearch.cs"] = "opens nothing by itself: names of folders below the one that the operator named",
        ["Hosting/ReloadSignal.cs"] = "the terminal, /dev/tty",
        ["Hosting/Systemd/Journal.cs"] = TheKernels,
        ["Runtimes/AppDetector.cs"] = StampsOnly,
        ["Runtimes/DotNetApps.cs"] = StampsOnly,
        ["Runtimes/DotNetProject.cs"] = StampsOnly,
        ["Runtimes/SharedModules.cs"] = StampsOnly,
        ["Runtimes/SourceStamp.cs"] = StampsOnly,
        ["Runtimes/UserAccount.cs"] = TheSystems,
        ["Supervision/CpuReading.cs"] = TheKernels,
        ["Supervision/Linux/BootId.cs"] = TheKernels,
        ["Supervision/Linux/Cgroup.cs"] = TheKernels,
        ["Supervision/Linux/CgroupHome.cs"] = TheKernels,
        ["Supervision/Linux/DescriptorGuard.cs"] = TheKernels,
        ["Supervision/Linux/GuardedFile.cs"] = "the guard itself",
        ["Supervision/Linux/GuardedFolder.cs"] = "the guard itself",
        ["Supervision/Linux/KinCheck.cs"] = TheKernels,
        ["Supervision/Linux/Lifeline.cs"] = "descriptors of our own, by /proc",
        ["Supervision/Linux/ListeningSockets.cs"] = TheKernels,
        ["Supervision/Linux/MachineMemory.cs"] = TheKernels,
        ["Supervision/Linux/ProcessFile.cs"] = TheKernels,
        ["Supervision/Linux/ThreadSleep.cs"] = "/proc of our own threads",
        ["Supervision/Linux/TrustedPath.cs"] = "the guard itself",
        ["Supervision/Linux/WaitChannels.cs"] = TheKernels,
        ["Supervision/PrivateFolder.cs"] = OwnFolder,
        ["Supervision/RotatingFile.cs"] = "within a held GuardedFolder; elsewhere than on Linux by path",
        ["Supervision/RuntimeDirectory.cs"] = OwnFolder,
        ["Supervision/WorkerRecords.cs"] = OwnFolder,
    };

    [Fact]
    public void Each_place_that_touches_files_by_itself_is_known_and_no_other_does()
    {
        var found = from file in Repository.SourceFiles(Repository.Library)
                    where FileUse().IsMatch(File.ReadAllText(file))
                    select Path.GetRelativePath(Repository.Library, file).Replace('\\', '/');
        Assert.Equal(Places.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(?<!\w)(?:File|Directory)\.(?:Open|Read|Write|Append|Create|Copy|Move|Replace|Delete|Enumerate|GetFile|GetDirectories)\w*\(|Libc\.Open\(|new (?:FileStream|FileInfo|DirectoryInfo)\(")]
    private static partial Regex FileUse();
}
