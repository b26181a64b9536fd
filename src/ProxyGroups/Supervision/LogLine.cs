using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ProxyGroups.Supervision;

/// <summary>How a worker's line stands in its group's file: JSON as it is, other lines with time, rank, generation, pid and stream in front.</summary>
internal static class LogLine
{
    public static string Of(WorkerIdentity worker, int pid, OutputLine line, DateTimeOffset now) => IsJson(line.Text)
        ? line.Text
        : string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {worker.Group}/{worker.Rank} generation {worker.Generation} pid {pid} {line.Stream}: {line.Text}");

    private static bool IsJson(string text)
    {
        if (text.Length < 2 || text[0] is not '{' || text[^1] is not '}')
        {
            return false;
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
