using System.Text;

namespace ProxyGroups.Benchmarks.Kit;

/// <summary>The sockets of a group's workers, so that another front may stand before the same workers.</summary>
internal static class WorkerSockets
{
    private const string Variable = "PROXYGROUPS_SOCKET=";

    /// <summary>Waits until that many workers are ready.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(HttpClient client, int workers)
    {
        while (true)
        {
            var ready = (await BenchFrontDoor.StateAsync(client)).Workers.Where(static worker => worker.State == "ready").ToList();
            if (ready.Count == workers)
            {
                return [.. ready.Select(static worker => Of(worker.Pid))];
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static string Of(int pid) => Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/environ")).Split('\0')
        .First(static variable => variable.StartsWith(Variable, StringComparison.Ordinal))[Variable.Length..];
}
