using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProxyGroups.Configuration;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.Supervision;

/// <summary>A file that is only appended to, and its older ones: FILE.1 is the newest of them. One caller at a time.</summary>
internal sealed class RotatingFile : IDisposable
{
    private readonly string _name;
    private readonly string _directory;
    private readonly GuardedFolder? _folder;
    private SafeFileHandle _file;
    private long _length;
    private int _kept = (int)SettingsRanges.KeptLogs.Max;

    /// <exception cref="IOException">It cannot be opened, or a link leads to it.</exception>
    public RotatingFile(string path)
    {
        (_directory, _name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        _folder = OperatingSystem.IsLinux() ? GuardedFolder.OpenOrCreate(_directory) : null;
        try
        {
            _file = Open();
        }
        catch
        {
            _folder?.Dispose();
            throw;
        }
    }

    /// <summary>Nobody can find it any more.</summary>
    public bool IsRemoved => OperatingSystem.IsLinux() && FileStatus.Of(_file, _name).Links is 0;

    public void Write(ReadOnlySpan<byte> line, long maxSize, int keep)
    {
        if (_length > 0 && _length + line.Length > maxSize)
        {
            Rotate(keep);
        }

        RandomAccess.Write(_file, line, _length);
        _length += line.Length;
    }

    public void Dispose()
    {
        _file.Dispose();
        _folder?.Dispose();
    }

    // In the operator's words: the folder has a name of ours.
    private void Rotate(int keep)
    {
        try
        {
            MoveOn(keep);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException(failure.Message.Replace(PathOf(string.Empty), _directory + Path.DirectorySeparatorChar, StringComparison.Ordinal), failure);
        }
    }

    // From the oldest on, each in one step: a crash in between leaves a gap in the numbers, and every line somewhere.
    private void MoveOn(int keep)
    {
        // Beyond as well: more may have been kept before.
        for (var number = keep; number <= Math.Max(keep, _kept); number++)
        {
            File.Delete(PathOf(Older(number)));
        }

        _kept = keep;

        for (var number = keep - 1; number >= 0; number--)
        {
            if (File.Exists(PathOf(Older(number))))
            {
                File.Move(PathOf(Older(number)), PathOf(Older(number + 1)), overwrite: true);
            }
        }

        var next = Open();
        _file.Dispose();
        _file = next;
    }

    private SafeFileHandle Open()
    {
        var file = _folder?.OpenToAppend(_name) ?? File.OpenHandle(PathOf(_name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _length = RandomAccess.GetLength(file);
        EndBrokenLine(file);
        return file;
    }

    // A disk that was full has cut a line off; the next one begins anew.
    private void EndBrokenLine(SafeFileHandle file)
    {
        Span<byte> last = stackalloc byte[1];
        if (_length > 0 && RandomAccess.Read(file, last, _length - 1) is 1 && last[0] is not (byte)'\n')
        {
            RandomAccess.Write(file, "\n"u8, _length);
            _length++;
        }
    }

    private string Older(int number) => number is 0 ? _name : string.Create(CultureInfo.InvariantCulture, $"{_name}.{number}");

    private string PathOf(string name) => _folder?.PathOf(name) ?? Path.Combine(_directory, name);
}
