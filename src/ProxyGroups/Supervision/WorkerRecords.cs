using System.Globalization;
using System.Text.Json;

namespace ProxyGroups.Supervision;

/// <summary>One small file per running worker. Any thread may call it; two workers never share a file.</summary>
internal sealed class WorkerRecords(string directory)
{
    private const string Suffix = ".json";

    /// <summary>Replaces the file in one step, so that a crash leaves a whole record or none.</summary>
    public void Write(WorkerRecord record)
    {
        PrivateFolder.Create(directory);
        var file = FileOf(record.Id);
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(record, WorkerRecordJson.Default.WorkerRecord));
        File.Move(file + ".new", file, overwrite: true);
    }

    public void Remove(int worker)
    {
        if (Directory.Exists(directory))
        {
            File.Delete(FileOf(worker));
        }
    }

    /// <summary>All readable records; one cut off by a full disk tells nothing.</summary>
    public IReadOnlyList<WorkerRecord> ReadAll() =>
        Directory.Exists(directory) ? [.. Directory.GetFiles(directory, "*" + Suffix).Select(Read).OfType<WorkerRecord>()] : [];

    public void Clear()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string FileOf(int worker) => Path.Combine(directory, worker.ToString(CultureInfo.InvariantCulture) + Suffix);

    private static WorkerRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), WorkerRecordJson.Default.WorkerRecord);
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            return null;
        }
    }
}
